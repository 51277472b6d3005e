#!/usr/bin/env bash
# Makes the key that signs Temporal's tokens and the certificates of its connections, where they are
# missing or end soon, and a new token for worker, gateway and namespace job: in deploy/secrets.
# With arguments it prints a token instead: deploy/temporal/make-keys.sh SUBJECT PERMISSIONS HOURS,
# for example: operator tickets:read 8. Two permissions have a comma between them.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077

secrets=secrets
private=$secrets/private # in no container
ca_days=3650
certificate_days=730
renewal_seconds=$((60 * 86400))

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# Written in place: a mounted file that were replaced would stay the old one in its container.
publish() { cat >"$secrets/$1" && chmod 644 "$secrets/$1"; }

make_signing_key() {
    [[ -s $private/signing.pem ]] || openssl genpkey -quiet -algorithm RSA \
        -pkeyopt rsa_keygen_bits:2048 -out "$private/signing.pem"
    modulus=$(openssl rsa -in "$private/signing.pem" -noout -modulus | cut -d= -f2)
    kid=$(printf '%s' "$modulus" | openssl dgst -sha256 -r | cut -c1-16)
}

publish_key_set() {
    local n
    n=$(printf '%b' "$(sed 's/../\\x&/g' <<<"$modulus")" | base64url)
    printf '{"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "%s", "e": "AQAB", "n": "%s"}]}\n' \
        "$kid" "$n" | publish temporal_jwks.json
}

# subject, permissions, hours
token() {
    local now header claims signature
    now=$(date +%s)
    header=$(printf '{"alg":"RS256","typ":"JWT","kid":"%s"}' "$kid" | base64url)
    claims=$(printf '{"sub":"%s","iat":%d,"exp":%d,"permissions":["%s"]}' \
        "$1" "$now" "$((now + $3 * 3600))" "${2//,/\",\"}" | base64url)
    signature=$(printf '%s.%s' "$header" "$claims" \
        | openssl dgst -sha256 -sign "$private/signing.pem" | base64url)
    echo "$header.$claims.$signature"
}

# name of an authority
make_authority() {
    [[ -s $private/$1.key ]] && return
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days "$ca_days" \
        -subj "/CN=support-tickets $1" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -keyout "$private/$1.key" -out "$private/$1.pem" 2>/dev/null
    publish "temporal_$1.pem" <"$private/$1.pem"
}

# name of a certificate, its authority, its host names
make_certificate() {
    local name=$1 authority=$2 file=$secrets/temporal_$1 days=$certificate_days
    if openssl x509 -in "$file.pem" -noout -checkend "$renewal_seconds" >/dev/null 2>&1; then
        return
    fi
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days "$days" \
        -CA "$private/$authority.pem" -CAkey "$private/$authority.key" -subj "/CN=$name" \
        -addext "basicConstraints=critical,CA:FALSE" -addext "subjectAltName=$3" \
        -addext "extendedKeyUsage=serverAuth,clientAuth" \
        -keyout "$private/$name.key" -out "$private/$name.pem" 2>/dev/null
    publish "temporal_$name.key" <"$private/$name.key"
    publish "temporal_$name.pem" <"$private/$name.pem"
    rm "$private/$name.key" "$private/$name.pem"
}

mkdir -p "$private"
make_signing_key
if (($# == 3)) && [[ $1 =~ ^[A-Za-z0-9_.-]+$ && $2 =~ ^[a-z,:-]+$ && $3 =~ ^[0-9]+$ ]]; then
    token "$1" "$2" "$3"
    exit
elif (($#)); then
    echo "usage: $0 [SUBJECT PERMISSIONS HOURS]" >&2
    exit 2
fi

publish_key_set
token worker tickets:read,tickets:write 720 | publish temporal_worker_token
token gateway tickets:read,tickets:write 720 | publish temporal_gateway_token
token namespace-job temporal-system:admin 1 | publish temporal_admin_token

# The internode authority signs the server's own connections alone: whoever has its certificate is an
# administrator at the internal frontend.
make_authority internode-ca
make_certificate internode internode-ca DNS:internode
make_authority ca
make_certificate frontend ca DNS:temporal,DNS:localhost,IP:127.0.0.1
for client in worker gateway ui admin; do
    make_certificate "$client" ca "DNS:$client"
done
