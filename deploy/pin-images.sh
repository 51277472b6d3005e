#!/bin/sh
# Writes each image of deploy/images.env with its current digest into .env: then a changed tag does
# not change what runs. Needs docker and the registries. Run it again for newer images, and read the diff.
set -eu
cd "$(dirname "$0")/.."
pinned=$(mktemp)
trap 'rm -f "$pinned"' EXIT
grep -E '^[A-Z_]+_IMAGE=' deploy/images.env |
    while IFS='=' read -r name image; do
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
