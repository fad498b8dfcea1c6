#!/usr/bin/env bash
# Fuzzes each target for SECONDS (20), from the committed corpus, today's seeds and what earlier runs found here. --corpus SECONDS writes the corpus.
#   tools/fuzz.sh [--corpus] [SECONDS] [TARGET...]
# Stable Rust: the compiler's sanitizer switches are unlocked by RUSTC_BOOTSTRAP. SANITIZER=none is faster.
set -euo pipefail
cd "$(dirname "$0")/.."

keep=
if [ "${1:-}" = --corpus ]; then keep=yes && shift; fi
seconds=${1:-20}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(framings capture packet reassembly engine)

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

# Of the inputs that reach the same edges, the smallest: few enough to be committed.
write_corpus() {
    local all
    all=$(mktemp -d)
    cp -r "$@" "$all"
    cargo fuzz cmin "${how[@]}" "$target" "$all" -- -use_counters=0
    rm -rf "native/fuzz/corpus/$target"
    cp -r "$all" "native/fuzz/corpus/$target"
    rm -rf "$all"
}

cargo fuzz build "${how[@]}"
for target in "${targets[@]}"; do
    folders=("native/fuzz/grown/$target" "native/fuzz/corpus/$target" "native/fuzz/seeds/$target")
    mkdir -p "${folders[@]}"
    echo "fuzz: $target, $seconds s"
    cargo fuzz run "${how[@]}" "$target" "${folders[@]}" -- \
        -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1
    [ -z "$keep" ] || write_corpus "${folders[@]/%//.}"
done
