"""`python -m gateway`: serve until SIGTERM or Ctrl-C; with `openapi`, print the API's document."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence

from asgi_correlation_id import CorrelationIdFilter
from fastapi import FastAPI

from adapters.files.partner_profiles import load_profiles
from domain.errors import InvalidConfiguration
from gateway.app import create_app
from gateway.server.server_config import ServerConfig
from gateway.server.uvicorn_server import serve
from process.database import check_database_at_start
from process.exit_process import exit_process
from process.listening import bind
from process.logs import configure_logging
from process.temporal import connection_options
from settings.checks import check_secrets_and_addresses
from settings.gateway import GatewaySettings
from settings.loading import load_gateway_settings
from settings.secrets import partner_secrets


def main(arguments: Sequence[str]) -> int:
    """Run a command; 0 for done, 2 for a wrong setting, file or command."""
    configure_logging(
        fields=" [%(correlation_id)s]",
        filters=[CorrelationIdFilter(default_value="-")],
        quiet_loggers=["asgi_correlation_id"],
    )
    try:
        settings = load_gateway_settings()
        connection_options()
        profiles = load_profiles(settings.partners_dir)
        secrets = partner_secrets(profiles.values(), os.environ)
        check_secrets_and_addresses(settings, secrets, profiles.values())
        app = create_app(settings, profiles, secrets)
    except InvalidConfiguration as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    match list(arguments):
        case []:
            return _serve(app, settings)
        case ["openapi"]:
            print(json.dumps(app.openapi(), indent=2))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


def _serve(app: FastAPI, settings: GatewaySettings) -> int:
    try:
        asyncio.run(check_database_at_start(settings))
        listening = bind("TICKETS_GATEWAY_BIND", settings.bind)
    except InvalidConfiguration as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    config = ServerConfig(
        app,
        max_connections=settings.connections,
        keep_alive=settings.keep_alive,
        trusted_proxies=settings.trusted_proxies,
    )
    serve(config, listening)
    return 0


if __name__ == "__main__":
    exit_process(main(sys.argv[1:]))
