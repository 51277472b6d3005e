#!/bin/sh
# Brings Temporal's two databases to the schema of this image's version. May be run again:
# the set-up leaves a database alone that has a version, the update applies what is missing.
# Where and as whom: SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER; the password is in a file.
set -eu

SQL_PASSWORD=$(cat /run/secrets/temporal_db_password)
export SQL_PASSWORD

schemas=/etc/temporal/schema/postgresql/v12

bring_up_to_date() {
    temporal-sql-tool --database "$1" setup-schema --version 0.0
    temporal-sql-tool --database "$1" update-schema --schema-dir "$schemas/$2/versioned"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
