#!/bin/sh
# Writes into .env what each image of docker-compose.yml is today, by digest: then no tag that moves
# changes what runs. Needs docker and the registries. Run it again to take newer ones, and read the diff.
set -eu
cd "$(dirname "$0")/.."
pinned=$(mktemp)
trap 'rm -f "$pinned"' EXIT
sed -nE 's/.*\$\{([A-Z_]+_IMAGE):-([^}]+)\}.*/\1 \2/p' docker-compose.yml | sort -u |
    while read -r name image; do
        digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
        case $digest in
            sha256:*) echo "$name=$image@$digest" ;;
            *) echo "$image: no digest" >&2; exit 1 ;;
        esac
    done >"$pinned"
touch .env
chmod 600 .env
grep -vE '^[A-Z_]+_IMAGE=' .env >"$pinned.env" || true
cat "$pinned.env" "$pinned" >.env
rm -f "$pinned.env"
cat "$pinned"
