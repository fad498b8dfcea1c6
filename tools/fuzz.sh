#!/usr/bin/env bash
# Fuzzes each target for SECONDS (20), from the committed corpus, today's seeds and what earlier runs found here: a line for each that passed, and
# all that the fuzzer said of one that did not. --corpus also writes the corpus.
#   tools/fuzz.sh [--corpus] [SECONDS] [TARGET...]
# Stable Rust: the compiler's sanitizer switches are unlocked by RUSTC_BOOTSTRAP. SANITIZER=none is faster.
set -euo pipefail
cd "$(dirname "$0")/.."

keep=
if [ "${1:-}" = --corpus ]; then keep=yes && shift; fi
seconds=${1:-20}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(capture packet framings reassembly engine)

python=python3
[ -x .venv/bin/python ] && python=.venv/bin/python
"${PYTHON:-$python}" native/fuzz/seed.py

command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked --quiet

export RUSTC_BOOTSTRAP=1
sanitizer=address
if ! compgen -G "$(rustc --print target-libdir)/librustc*_rt.asan.a" >/dev/null; then
    echo "fuzz: this compiler comes without the address sanitizer" >&2
    sanitizer=none
fi
how=(--fuzz-dir native/fuzz --sanitizer "${SANITIZER:-$sanitizer}")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Runs cargo fuzz; what it says is shown only where it fails.
quietly() {
    cargo fuzz "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2 && echo "fuzz: $target failed" >&2 && exit 1; }
}

# The fuzzer's last line: "#1200  DONE  cov: 10 ft: 20 corp: 3/4Kb ...".
summary() {
    awk -v target="$target" -v seconds="$seconds" \
        '$2 == "DONE" { printf "fuzz: %s, %d s: %d inputs, %d edges, %d features, no finding\n", target, seconds, substr($1, 2), $4, $6 }' "$work/log"
}

# Of the inputs that reach the same edges, the smallest: few enough to be committed.
write_corpus() {
    local corpus="native/fuzz/corpus/$target" all="$work/$target"
    mkdir "$all"
    cp -r "$@" "$all"
    quietly cmin "${how[@]}" "$target" "$all" -- -use_counters=0
    rm -rf "$corpus" && mkdir "$corpus"
    for input in "$all"/*; do
        cp "$input" "$corpus/$(sha1sum "$input" | cut -c 1-8)"
    done
    echo "fuzz: $corpus: $(ls "$corpus" | wc -l) files, $(cat "$corpus"/* | wc -c) bytes"
}

target="the build" quietly build "${how[@]}"
for target in "${targets[@]}"; do
    folders=("native/fuzz/grown/$target" "native/fuzz/corpus/$target" "native/fuzz/seeds/$target")
    mkdir -p "${folders[@]}"
    # a minute for one input: a machine that is busy or stands still for a while is no finding
    quietly run "${how[@]}" "$target" "${folders[@]}" -- -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=60 -print_final_stats=1
    summary
    [ -z "$keep" ] || write_corpus "${folders[@]/%//.}"
done
