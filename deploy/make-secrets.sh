#!/usr/bin/env bash
# Makes every secret of docker-compose.yml that is not there yet, in deploy/secrets, and renews
# Temporal's tokens. Run it before each `docker compose up`, and daily: the token of worker and gateway
# is good for 30 days, that of the namespace job for an hour.
set -euo pipefail
cd "$(dirname "$0")"
umask 077

# Only the owner reaches the folder. Containers get single files of it, which their users may read.
mkdir -p secrets/partners

# name, and the command whose output it holds; what is there stays
make_secret() {
    local file=secrets/$1
    shift
    [[ -e $file ]] || "$@" >"$file"
    chmod 644 "$file"
}

address() { echo "postgresql://$1:$(cat "secrets/$2")@postgres:5432/tickets"; }

for password in postgres_password temporal_db_password tickets_db_password tickets_owner_db_password; do
    make_secret "$password" openssl rand -hex 24
done
make_secret database_url address tickets tickets_db_password
make_secret database_owner_url address tickets_owner tickets_owner_db_password
make_secret signing_secret openssl rand -hex 32
make_secret jwt_secret openssl rand -hex 32
make_secret webhook_secret bash -c 'echo "whsec_$(openssl rand -base64 32)"'
make_secret temporal_ui_client_secret true
make_secret smtp_url true
chmod 755 secrets/partners

temporal/make-keys.sh

[[ -s secrets/smtp_url ]] || echo "Write the mail server's URL to deploy/secrets/smtp_url."
