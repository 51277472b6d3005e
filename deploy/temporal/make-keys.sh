#!/usr/bin/env bash
# Makes the key that signs Temporal's tokens (once), publishes its public half for the server,
# and prints a token. Usage: deploy/temporal/make-keys.sh [subject] [days]
# The token may read and write in the namespace "tickets" and nothing else.
set -euo pipefail
cd "$(dirname "$0")"
umask 077

subject=${1:-worker}
days=${2:-365}
[[ $subject =~ ^[A-Za-z0-9_.-]+$ && $days =~ ^[0-9]+$ ]] \
    || { echo "usage: $0 [subject] [days]" >&2; exit 2; }

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

mkdir -p private public
if [[ ! -s private/signing.pem ]]; then
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private/signing.pem 2>/dev/null
fi

modulus=$(openssl rsa -in private/signing.pem -noout -modulus | cut -d= -f2)
kid=$(printf '%s' "$modulus" | openssl dgst -sha256 -r | cut -c1-16)
n=$(printf '%b' "$(sed 's/../\\x&/g' <<<"$modulus")" | base64url)
printf '{"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "%s", "e": "AQAB", "n": "%s"}]}\n' \
    "$kid" "$n" > public/jwks.json
chmod 755 public
chmod 644 public/jwks.json

now=$(date +%s)
header=$(printf '{"alg":"RS256","typ":"JWT","kid":"%s"}' "$kid" | base64url)
claims=$(printf '{"sub":"%s","iat":%d,"exp":%d,"permissions":["tickets:read","tickets:write"]}' \
    "$subject" "$now" "$((now + days * 86400))" | base64url)
signature=$(printf '%s.%s' "$header" "$claims" | openssl dgst -sha256 -sign private/signing.pem | base64url)
echo "TEMPORAL_API_KEY=$header.$claims.$signature"
