"""The worker polls the mail server's capabilities, which decide which addresses are accepted."""

import asyncio

from activities.mail_server import polling_mail_server, update_mail_capabilities
from adapters.email.smtp import SmtpMailer
from adapters.postgres.database import QUERIES, Database
from tests.support.builders import ORDER_FIELD
from tests.support.servers.smtp_server import SENDER, SmtpRecorder
from tests.support.ticket_store import TicketStore, a_request

BEYOND_ASCII = {"email": "jörg@example.net", "name": "Jörg", "language": "de"}


async def reasons(store: TicketStore) -> list[tuple[str, str | None]]:
    """Return the reasons to refuse a claim with an address beyond ASCII."""
    admission = await store.persistence.admit(a_request(contact=BEYOND_ASCII))
    return [(reason.code, reason.field) for reason in admission.result.reasons]


async def test_an_address_that_the_mail_server_does_not_support_is_refused(
    database: Database, smtp: SmtpRecorder
) -> None:
    store, mailer = TicketStore(database, fields=[ORDER_FIELD]), SmtpMailer(smtp.url, SENDER)
    await store.register_link()
    refused = [("incomplete", "contact.email")]
    assert await reasons(store) == refused, "the server's capabilities are not known yet"
    await update_mail_capabilities(database, mailer)
    assert await reasons(store) == refused
    smtp.utf8 = True
    async with polling_mail_server(database, mailer):
        for _ in range(200):
            if await database.fetch_value(QUERIES.mail_server_supports_smtputf8):
                break
            await asyncio.sleep(0.05)
    assert await reasons(store) == []


async def test_an_unavailable_server_changes_nothing(
    database: Database, smtp: SmtpRecorder, unused_tcp_port: int
) -> None:
    smtp.utf8 = True
    await update_mail_capabilities(database, SmtpMailer(smtp.url, SENDER))
    await update_mail_capabilities(
        database, SmtpMailer(f"smtp://127.0.0.1:{unused_tcp_port}", SENDER)
    )
    assert await database.fetch_value(QUERIES.mail_server_supports_smtputf8) is True
