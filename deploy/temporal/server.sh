#!/bin/sh
# Starts the server. Its configuration takes the database's password from the environment alone.
set -eu

POSTGRES_PWD=$(cat /run/secrets/temporal_db_password)
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
