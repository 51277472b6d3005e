"""`python -m gateway`: serve until SIGTERM or Ctrl-C; with `openapi`, print the API."""

import json
import logging
import os
import sys
from collections.abc import Sequence
from typing import Final

import uvicorn
from asgi_correlation_id import CorrelationIdFilter

from adapters.partner_files import load_profiles
from domain.errors import Misconfigured
from gateway.app import application
from settings import load_gateway_settings, partner_secrets

GRACE: Final = 15  # seconds for what is under way at the end: longer than a claim is waited for


def main(arguments: Sequence[str]) -> int:
    """Run a command; 0 for done, 2 for a wrong setting, file or command."""
    _log_plainly()
    try:
        settings = load_gateway_settings()
        profiles = load_profiles(settings.partners_dir)
        app = application(settings, profiles, partner_secrets(profiles.values()))
    except Misconfigured as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    match list(arguments):
        case []:
            host, _, port = settings.address.rpartition(":")
            config = uvicorn.Config(
                app,
                host=host,
                port=int(port),
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE,
            )
            uvicorn.Server(config).run()
        case ["openapi"]:
            print(json.dumps(app.openapi(), indent=2))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


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
