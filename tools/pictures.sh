#!/usr/bin/env bash
# Takes the pictures of the documentation: the report page of the shipped plant, light and dark. Needs chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

command -v chromium >/dev/null || { echo "pictures: chromium is missing; on Debian: apt-get install chromium" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${FIELDWATCH:-.venv/bin/fieldwatch}" inspect examples/plant/plant.pcap --starter --html "$folder/plant.html" >/dev/null
mkdir -p docs/pictures

# take NAME VIEW SCHEME: 0 is dark, 1 is light
take() {
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$folder/profile" --window-size=1280,760 \
        --blink-settings="preferredColorScheme=$3" --virtual-time-budget=3000 --screenshot="docs/pictures/$1.png" \
        "file://$folder/plant.html$2" >/dev/null 2>&1
}

take report-light "" 1
take report-dark "" 0
take findings-light "#findings?open=finding/2" 1
take findings-dark "#findings?open=finding/2" 0
take map-light "#map" 1
take map-dark "#map" 0
ls -l docs/pictures
