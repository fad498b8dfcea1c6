#!/usr/bin/env bash
# A PostgreSQL of Debian's packages for tests and benches, in a folder of its own, on this machine only: start FOLDER [PORT] (prints its URL), stop FOLDER.
set -euo pipefail

[[ $# =~ ^[23]$ && "$1" =~ ^(start|stop)$ ]] || { echo "usage: tools/postgres.sh start FOLDER [PORT] | stop FOLDER" >&2; exit 2; }
verb=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
tools=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$tools" ] || { echo "postgres: it is not installed; on Debian: apt-get install postgresql" >&2; exit 3; }

as_owner() { # PostgreSQL does not run as root
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

if [ "$verb" = stop ]; then
    as_owner "$tools/pg_ctl" -D "$folder/data" -m fast -w stop >/dev/null
    exit 0
fi

[ "$(id -u)" = 0 ] && chown postgres "$folder"
port=${3:-$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
if [ ! -s "$folder/data/PG_VERSION" ]; then
    (cd / && as_owner "$tools/initdb" -D "$folder/data" -U fieldwatch -A trust -E UTF8 --locale=C.UTF-8 >/dev/null)
fi
(cd / && as_owner "$tools/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
    -o "-h 127.0.0.1 -p $port -k $folder -c max_connections=60" start >/dev/null) || { cat "$folder/log" >&2; exit 1; }
(cd / && as_owner "$tools/psql" -h 127.0.0.1 -p "$port" -U fieldwatch -d postgres -qtc "SELECT 1 FROM pg_database WHERE datname = 'fieldwatch'") |
    grep -q 1 || (cd / && as_owner "$tools/createdb" -h 127.0.0.1 -p "$port" -U fieldwatch fieldwatch)
echo "postgresql://fieldwatch@127.0.0.1:$port/fieldwatch"
