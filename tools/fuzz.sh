#!/usr/bin/env bash
# Fuzzes each target for SECONDS (20), from the committed seeds and from what earlier runs found. tools/fuzz.sh SECONDS [TARGET...]
# Stable Rust: the compiler's sanitizer switches are unlocked by RUSTC_BOOTSTRAP. SANITIZER=address by default; none is faster.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-20}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(capture packet engine reassembly framings)

python=python3
[ -x .venv/bin/python ] && python=.venv/bin/python
"${PYTHON:-$python}" native/fuzz/seed.py

command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked --quiet

export RUSTC_BOOTSTRAP=1
for target in "${targets[@]}"; do
    mkdir -p "native/fuzz/grown/$target"
    echo "fuzz: $target, $seconds s"
    cargo fuzz run --fuzz-dir native/fuzz --sanitizer "${SANITIZER:-address}" "$target" \
        "native/fuzz/grown/$target" "native/fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1
done
