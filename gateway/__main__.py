"""`python -m gateway`: serve until SIGTERM or Ctrl-C; with `openapi`, print the API."""

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Sequence

from asgi_correlation_id import CorrelationIdFilter
from fastapi import FastAPI

from adapters.files.partner_profiles import load_profiles
from adapters.postgres.schema.roles import must_not_own
from domain.errors import InvalidConfiguration
from gateway.app import create_app
from gateway.server.uvicorn_server import ServerConfig, listen, serve
from secret_settings import partner_secrets
from settings import (
    GatewaySettings,
    check_secrets_and_addresses,
    host_and_port,
    load_gateway_settings,
)


def main(arguments: Sequence[str]) -> int:
    """Run a command; 0 for done, 2 for a wrong setting, file or command."""
    _log_plainly()
    try:
        settings = load_gateway_settings()
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
        role = must_not_own(settings.database_url, only_warn=settings.allow_private_addresses)
        asyncio.run(role)
        listening = _listening(settings.bind)
    except InvalidConfiguration as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    config = ServerConfig(
        app,
        most=settings.connections,
        keep_alive=settings.keep_alive,
        trusted=settings.trusted_proxies,
    )
    serve(config, listening)
    return 0


def _listening(address: str) -> socket.socket:
    try:
        return listen(*host_and_port(address))
    except OSError as error:
        expected = f"cannot listen at {address}: {error.strerror}"
        raise InvalidConfiguration("environment", "TICKETS_GATEWAY_BIND", expected) from None


def _log_plainly() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(CorrelationIdFilter(default_value="-"))
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s [%(correlation_id)s] %(message)s",
        handlers=[handler],
    )
    for noisy in ("httpx", "httpcore", "asgi_correlation_id"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def leave(code: int) -> None:
    """End without tearing the interpreter down: on CPython 3.11 that can abort after a client was
    used.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
