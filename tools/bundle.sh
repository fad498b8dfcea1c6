#!/usr/bin/env bash
# Makes one file with which Fieldwatch is installed where there is no network: our wheel, the locked wheels of what it depends on, units of
# systemd, documentation, install.sh, and SHA256SUMS. It is for the Python and the machine on which it is made.
# Usage: tools/bundle.sh [FOLDER]     (dist)
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(realpath -m "${1:-dist}")
bin=${BIN:-.venv/bin}
python=$bin/python
export UV_NATIVE_TLS=true
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "bundle: $*" >&2; }

say "our wheel"
mkdir -p "$work/wheelhouse"
if [ -n "${WHEEL:-}" ]; then
    cp "$WHEEL" "$work/wheelhouse/"
else
    "$bin/uv" build --quiet --wheel --python "$python" --out-dir "$work/built" .
    cp "$work"/built/*.whl "$work/wheelhouse/"
fi

say "what it depends on"
"$bin/uv" export --quiet --locked --no-dev --extra server --extra saml --no-emit-project --no-header --no-annotate \
    --format requirements-txt --output-file "$work/requirements.txt" >/dev/null
pip() { "$python" -m pip --disable-pip-version-check "$@"; }
"$python" -m pip --version >/dev/null 2>&1 || { say "pip is missing in $bin"; exit 1; }
pip download --quiet --require-hashes --only-binary :all: --dest "$work/wheelhouse" --requirement "$work/requirements.txt"
pip download --quiet --no-deps --only-binary :all: --dest "$work/wheelhouse" "pip==$("$python" -c 'import pip; print(pip.__version__)')"

version=$("$python" -c 'import glob, sys; print(glob.glob(sys.argv[1])[0].split("/")[-1].split("-")[1])' "$work/wheelhouse/fieldwatch-*.whl")
name=fieldwatch-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)-py$("$python" -c 'import sys; print("%d%d" % sys.version_info[:2])')
"$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' >"$work/python"
uname -m >"$work/machine"
cp -R packaging/systemd packaging/offline/install.sh packaging/offline/fieldwatch.toml LICENSE "$work/"
mkdir "$work/docs"
cp docs/*.md docs/permissions.tsv docs/openapi.json CHANGELOG.md "$work/docs/"
rm -rf "$work/built"
(cd "$work" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum >SHA256SUMS)

mkdir -p "$out"
tar --create --file "$out/$name.tar" --sort=name --owner=0 --group=0 --numeric-owner --transform "s#^\.#$name#" -C "$work" .
say "$out/$name.tar ($(du -h "$out/$name.tar" | cut -f 1)); its SHA-256:"
sha256sum "$out/$name.tar"
