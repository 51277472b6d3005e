"""What a peer's ticket works with: our adapters, with a worker's settings from the environment."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from adapters.http.webhook_client import open_client
from adapters.postgres.database import Database
from bench.peer.store import PeerStore
from bench.peer.ticket import PeerParts
from bench.peer.variables import DATABASE_URL, PARTNER_ADDRESS, PARTNER_SECRET_NAME
from bench.peer.webhooks import PeerWebhooks
from domain.partners.channels import HttpChannel


@asynccontextmanager
async def open_parts(
    settings: Mapping[str, str],
) -> AsyncIterator[tuple[PeerParts, PeerWebhooks]]:
    """Open the connections of the tickets, and of the webhooks beside them."""
    sender, support = settings["TICKETS_MAIL_FROM"], settings["TICKETS_SUPPORT_EMAIL"]
    mailer = SmtpMailer(settings["SMTP_URL"], sender, support)
    secret_name = settings[PARTNER_SECRET_NAME]
    channel = {"kind": "http", "address": settings[PARTNER_ADDRESS], "secret": secret_name}
    target = settings["TICKETS_WEBHOOK_URL"], settings["TICKETS_WEBHOOK_SECRET"]
    async with (
        Database.connect(settings[DATABASE_URL]) as database,
        Database.connect(settings[DATABASE_URL]) as background,
        open_client({secret_name: settings[secret_name]}) as partners,
        open_client({}) as platform,
        mailer.reusing_connections(),
    ):
        parts = PeerParts(
            PeerStore(database),
            EmailRenderer(support),
            mailer,
            partners,
            HttpChannel.model_validate(channel),
        )
        yield parts, PeerWebhooks(PeerStore(background), platform, *target)
