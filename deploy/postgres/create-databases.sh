#!/bin/sh
# Runs once, when the data directory is new: roles and databases. The tickets have two roles: one owns
# the tables and migrates them, the other is that of worker and gateway and owns nothing.
set -eu

TEMPORAL_DB_PASSWORD=$(cat /run/secrets/temporal_db_password)
TICKETS_DB_PASSWORD=$(cat /run/secrets/tickets_db_password)
TICKETS_DB_OWNER_PASSWORD=$(cat /run/secrets/tickets_owner_db_password)
export TEMPORAL_DB_PASSWORD TICKETS_DB_PASSWORD TICKETS_DB_OWNER_PASSWORD

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv tickets_password TICKETS_DB_PASSWORD
\getenv tickets_owner_password TICKETS_DB_OWNER_PASSWORD

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

CREATE ROLE tickets LOGIN PASSWORD :'tickets_password';
-- A process that is lost with its host does not keep its row locks.
ALTER ROLE tickets SET idle_in_transaction_session_timeout = '10s';
CREATE ROLE tickets_owner LOGIN PASSWORD :'tickets_owner_password';
CREATE DATABASE tickets OWNER tickets_owner;

REVOKE CONNECT ON DATABASE temporal, temporal_visibility, tickets FROM PUBLIC;
GRANT CONNECT ON DATABASE tickets TO tickets;
SQL
