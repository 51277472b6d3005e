"""The platform of a local stack: `python -m local.platform_simulator.app --port N --gateway URL`.

Its page lets a person try the pages as a member or an agent, with a new login token each time. It
seeds links and rewards through the gateway's feed, and receives the gateway's webhooks.
"""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.http_server import ignore_signals, server
from local.platform_simulator.accounts import read_accounts, seed
from local.platform_simulator.gateway_client import TIMEOUT, GatewayClient
from local.platform_simulator.store import PlatformStore
from local.platform_simulator.tokens import TokenIssuer
from process.exit_process import exit_process

PAGES = Jinja2Templates(
    directory=[Path(__file__).with_name("templates"), Path(__file__).parents[1] / "templates"]
)
PAGE_CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
HOSTS = ["127.0.0.1", "localhost"]
MAX_WEBHOOKS_SHOWN = 50  # webhooks on the page
SECRET_NAME = "TICKETS_WEBHOOK_SECRET"  # noqa: S105  (a name, not a secret)


class PlatformSimulator:
    """The platform: its accounts, its page, its webhook endpoint."""

    def __init__(self, gateway: str, environment: Mapping[str, str], store: PlatformStore) -> None:
        """Send people to the pages at the address `gateway`."""
        self._gateway = gateway
        self._secret = environment[SECRET_NAME]
        self._issuer = TokenIssuer(environment)
        self._store = store
        accounts = read_accounts()
        self._members = {one.id: one for one in accounts.members}
        self._agents = {one.id: one for one in accounts.agents}
        self._seeding = asyncio.Lock()

    def application(self) -> Starlette:
        """The web application; other host names than loopback's are refused."""
        routes = [
            Route("/", self.page),
            Route("/members/{who}", self.sign_in_member),
            Route("/agents/{who}", self.sign_in_agent),
            Route("/seed", self.seed_accounts, methods=["POST"]),
            Route("/webhooks", self.take_webhook, methods=["POST"]),
            Route("/webhooks.json", self.webhooks_json),
        ]
        guard = Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
        return Starlette(routes=routes, middleware=[guard], lifespan=self._calling)

    @contextlib.asynccontextmanager
    async def _calling(self, application: Starlette) -> AsyncIterator[None]:
        http = httpx.AsyncClient(base_url=self._gateway, trust_env=False, timeout=TIMEOUT)
        async with http:
            self._calls = GatewayClient(http, self._issuer)
            yield

    async def page(self, request: Request) -> Response:
        """Show the accounts to sign in with, and the last webhooks."""
        content = {
            "members": self._members.values(),
            "agents": self._agents.values(),
            "webhooks": self._store.webhooks(MAX_WEBHOOKS_SHOWN),
        }
        html = PAGES.get_template("platform.html").render(content)
        headers = {"content-security-policy": PAGE_CSP, "cache-control": "no-store"}
        return HTMLResponse(html, headers=headers)

    async def sign_in_member(self, request: Request) -> Response:
        """Redirect a member to the form, with a new login token."""
        member = self._members.get(request.path_params["who"])
        if member is None:
            raise HTTPException(404)
        return self._to("/form/sign-in", self._issuer.member_login_token(member))

    async def sign_in_agent(self, request: Request) -> Response:
        """Redirect an agent to the agent pages, with a new login token."""
        agent = self._agents.get(request.path_params["who"])
        if agent is None:
            raise HTTPException(404)
        return self._to("/desk/sign-in", self._issuer.agent_login_token(agent))

    async def seed_accounts(self, request: Request) -> Response:
        """Give every account new links, and a rejected reward; `?first`: only if it has none."""
        async with self._seeding:
            if "first" not in request.query_params or not self._store.seed_count():
                await self._seed()
        return RedirectResponse("/", 303)

    async def _seed(self) -> None:
        now, seed_id = datetime.now(UTC), secrets.token_hex(4)
        mark_seeded = [seed(member, seed_id, now) for member in self._members.values()]
        links = [link for links, _ in mark_seeded for link in links]
        await self._calls.feed(links, [reward for _, rewards in mark_seeded for reward in rewards])
        self._store.mark_seeded()

    async def take_webhook(self, request: Request) -> Response:
        """Check the signature, then store the webhook."""
        body = await request.body()
        try:
            Webhook(self._secret).verify(body, dict(request.headers))
        except (WebhookVerificationError, ValueError):  # the package accepts malformed entries
            return JSONResponse({"title": "the signature is wrong or too old"}, 401)
        self._store.take(request.headers["webhook-id"], body.decode())
        return Response(status_code=204)

    async def webhooks_json(self, request: Request) -> Response:
        """`[{webhook_id, event, times, taken_at}]`, all of them, the last one first."""
        return Response(json.dumps(self._store.webhooks()), media_type="application/json")

    def _to(self, path: str, token: str) -> Response:
        headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
        return RedirectResponse(f"{self._gateway}{path}?token={token}", 303, headers)


def main() -> None:
    """Read the options and the environment, serve, leave."""
    parser = argparse.ArgumentParser(
        prog="python -m local.platform_simulator.app", description=__doc__
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--gateway", required=True, help="its address, http://…")
    parser.add_argument("--state", default=":memory:", help="SQLite file that survives a restart")
    options = parser.parse_args()
    store = PlatformStore(options.state)
    platform = PlatformSimulator(options.gateway, os.environ, store)
    ignore_signals()
    asyncio.run(server(platform.application(), options.port).serve())
    store.close()
    exit_process(0)


if __name__ == "__main__":
    main()
