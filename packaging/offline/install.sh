#!/bin/sh
# Installs Fieldwatch from this folder: no network, no compiler. Run again for an upgrade. Needs Python of the version in ./python.
#
#   ./install.sh                     the program in /opt/fieldwatch, a user, folders, units of systemd (as root)
#   ./install.sh --prefix FOLDER     the program there
#   ./install.sh --program-only      no user, no folders, no units: for a trial, as anybody
set -eu
cd "$(dirname "$0")"

prefix=/opt/fieldwatch data=/var/lib/fieldwatch etc=/etc/fieldwatch units=/etc/systemd/system
system=yes
say() { echo "install: $*"; }
fail() { echo "install: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -gt 1 ] || fail "--prefix: a folder is needed"; prefix=$2; shift ;;
        --program-only) system= ;;
        -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "$1: there is no such option; --prefix FOLDER and --program-only are allowed" ;;
    esac
    shift
done
case $prefix in /*) ;; *) prefix=$(pwd)/$prefix ;; esac
[ -z "$system" ] || [ "$(id -u)" = 0 ] || fail "root is needed for user, folders and units; or use --program-only with --prefix"

sha256sum --check --quiet --strict SHA256SUMS || fail "the bundle is not what was made: fetch it again"

wanted=$(cat python)
python=${PYTHON:-$(ls "/usr/bin/python$wanted" 2>/dev/null || command -v "python$wanted" || command -v python3 || true)}
[ -n "$python" ] || fail "Python $wanted is missing; install it, or name one: PYTHON=/path/python$wanted ./install.sh"
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
[ "$found" = "$wanted" ] || fail "Python $wanted is needed, $found is here: this bundle was made for $wanted"
[ "$(uname -m)" = "$(cat machine)" ] || fail "this bundle is for $(cat machine), this machine is $(uname -m)"

running=
if [ -n "$system" ] && [ -d /run/systemd/system ]; then
    running=$(systemctl list-units --plain --no-legend --state=active 'fieldwatch-*' | cut -d ' ' -f 1)
    [ -z "$running" ] || { say "stopping" $running; systemctl stop $running; }
fi

say "the program: $prefix"
"$python" -m venv --clear --without-pip "$prefix"
pip=$(echo wheelhouse/pip-*.whl)
run_pip() { "$prefix/bin/python" "$pip/pip" --quiet --isolated --disable-pip-version-check "$@"; }
run_pip install --no-index --find-links wheelhouse --require-hashes -r requirements.txt
run_pip install --no-index --no-deps wheelhouse/fieldwatch-*.whl
mkdir -p "$prefix/share/doc/fieldwatch"
cp -R docs/. "$prefix/share/doc/fieldwatch/"
"$prefix/bin/fieldwatch" --version

if [ -z "$system" ]; then
    say "done; try: $prefix/bin/fieldwatch serve --data FOLDER"
    exit 0
fi

id fieldwatch >/dev/null 2>&1 || useradd --system --home-dir "$data" --no-create-home --shell /usr/sbin/nologin fieldwatch
setpriv --reuid fieldwatch --regid fieldwatch --init-groups "$prefix/bin/python" -c 'import fieldwatch.wire' ||
    fail "the user fieldwatch cannot run $prefix/bin/python: $(readlink -f "$prefix/bin/python") or $prefix is not for everybody to read"
install -d -o fieldwatch -g fieldwatch -m 0750 "$data"
install -d -o root -g fieldwatch -m 0750 "$etc"
[ -e "$etc/fieldwatch.toml" ] || install -o root -g fieldwatch -m 0640 fieldwatch.toml "$etc/fieldwatch.toml"
[ -e "$data/fieldwatch.toml" ] || ln -s "$etc/fieldwatch.toml" "$data/fieldwatch.toml"
[ -e "$etc/sensor.env" ] || { echo 'FIELDWATCH_CENTRE=https://centre.example:8485' >"$etc/sensor.env"; chmod 0640 "$etc/sensor.env"; }
[ -e "$etc/sensor.token" ] || install -o root -g root -m 0600 /dev/null "$etc/sensor.token"
install -d -m 0755 "$units"
for unit in systemd/*.service; do
    sed "s#/opt/fieldwatch/#$prefix/#g" "$unit" >"$units/$(basename "$unit")"
done
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    [ -z "$running" ] || { say "starting" $running; systemctl start $running; }
fi

cat <<END
install: done. Next, for a server:
  1. $etc/fieldwatch.toml: name, address, certificate ($prefix/share/doc/fieldwatch/server.md)
  2. systemctl enable --now fieldwatch-serve fieldwatch-worker
  3. journalctl -u fieldwatch-serve    prints the link that makes the first account
  4. $prefix/bin/fieldwatch doctor --data $data
For a sensor:
  1. $etc/sensor.env: the centre's address; $etc/sensor.token: the token of the page of sensors
  2. systemctl enable --now fieldwatch-sensor@eth1
END
