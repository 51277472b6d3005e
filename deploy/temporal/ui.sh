#!/bin/bash
# Starts the UI. It takes the secret of its OIDC client from the environment alone.
set -eu

TEMPORAL_AUTH_CLIENT_SECRET=$(cat /run/secrets/temporal_ui_client_secret)
export TEMPORAL_AUTH_CLIENT_SECRET
exec ./start-ui-server.sh
