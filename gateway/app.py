"""The web application: routes, middleware, and what they share."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from starlette_exporter import PrometheusMiddleware

from adapters.email.renderer import EmailRenderer
from adapters.http.webhook_client import open_client
from adapters.security.issuer_keys import IssuerKeys
from adapters.security.jwt import JwtVerifier
from domain.partners.market import LANGUAGES
from domain.partners.profile import PartnerProfile
from gateway.api import (
    accounts,
    claims,
    commands,
    discrepancies,
    health,
    ticket_messages,
    ticket_status,
    tickets,
)
from gateway.api.partners import form as partner_form
from gateway.api.partners import outcomes
from gateway.api.platform import events, links, rewards, sessions, webhooks
from gateway.context import AppContext
from gateway.http.error_handlers import register_handlers
from gateway.http.middleware import SecurityMiddleware
from gateway.http.openapi import DocumentedAPI
from gateway.http.security_log import ClientAddressMiddleware, report_suppressed
from gateway.pages.agent import search
from gateway.pages.errors import register_page_errors
from gateway.pages.member import form
from gateway.pages.member.questions import answer
from gateway.pages.member.status import status_page
from gateway.pages.partner import outcome_page
from gateway.temporal_client import connect
from process.database import PROBE_CONNECTIONS, open_database
from process.health.database import missing_in_database
from process.health.readiness import Readiness
from process.health.temporal import missing_in_temporal
from process.temporal import following_api_key
from settings.gateway import GatewaySettings
from workflows.search_attributes import attribute_types

_MODULES: Final = (
    *(health, accounts, partner_form, claims, tickets, ticket_status, commands, ticket_messages),
    *(discrepancies,),
    *(outcomes, links, rewards, events, webhooks, sessions),
    *(form, answer, status_page, outcome_page, search),
)
"""API first, then pages; each has a `router`."""
STATIC: Final = Path(__file__).with_name("static")
_REQUEST_ID: Final = re.compile("[!-~]{1,128}")
_DESCRIPTION: Final = (
    "Support tickets for cashback and referral rewards. Errors are problem details (RFC 9457) with"
    f" a `code`; `Accept-Language` ({', '.join(LANGUAGES)}) selects the language of their titles."
    " Every response has an `X-Request-ID`."
)


def create_app(
    settings: GatewaySettings,
    profiles: Mapping[str, PartnerProfile],
    secrets: Mapping[str, str],
) -> FastAPI:
    """Build the application; its context is opened at start. `secrets`: those of partners, by the
    names in their files.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            context = await _build_context(stack, settings, profiles, secrets)
            app.state.context = context
            await stack.enter_async_context(following_api_key(context.temporal))
            await stack.enter_async_context(report_suppressed())
            yield

    app = DocumentedAPI(
        title="Support tickets",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # served by gateway/api/health.py, serialized once
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    register_handlers(app)
    register_page_errors(app)
    for module in _MODULES:
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(PrometheusMiddleware, app_name="gateway", prefix="gateway", group_paths=True)
    app.add_middleware(SecurityMiddleware, is_secure=settings.public_url.startswith("https://"))
    app.add_middleware(ClientAddressMiddleware)
    app.add_middleware(
        CorrelationIdMiddleware, header_name="X-Request-ID", validator=_is_request_id
    )
    return app


def _is_request_id(text: str) -> bool:
    return _REQUEST_ID.fullmatch(text) is not None


async def _build_context(
    stack: AsyncExitStack,
    settings: GatewaySettings,
    profiles: Mapping[str, PartnerProfile],
    secrets: Mapping[str, str],
) -> AppContext:
    http = await stack.enter_async_context(open_client(secrets))
    address = settings.jwks_url
    tokens = JwtVerifier(
        settings.jwt_issuer,
        settings.jwt_audience,
        secrets=settings.jwt_secret,
        keys=IssuerKeys(address, http.fetch) if address else None,
        max_lifetime=settings.jwt_max_lifetime,
    )
    database = open_database(settings, settings.database_pool_size, "gateway")
    probes = open_database(settings, PROBE_CONNECTIONS, "readiness")
    probed = await stack.enter_async_context(probes)
    temporal = await connect()
    return AppContext(
        settings=settings,
        profiles=profiles,
        secrets=secrets,
        database=await stack.enter_async_context(database),
        temporal=temporal,
        readiness=Readiness(
            (
                partial(missing_in_database, probed),
                partial(missing_in_temporal, temporal, attribute_types()),
            )
        ),
        tokens=tokens,
        emails=EmailRenderer(settings.support_email),
        http=http,
    )
