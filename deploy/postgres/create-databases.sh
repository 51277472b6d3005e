#!/bin/sh
# Runs once, when the data directory is new: one role and its own databases for each user.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv tickets_password TICKETS_DB_PASSWORD

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

CREATE ROLE tickets LOGIN PASSWORD :'tickets_password';
CREATE DATABASE tickets OWNER tickets;

REVOKE CONNECT ON DATABASE temporal, temporal_visibility, tickets FROM PUBLIC;
SQL
