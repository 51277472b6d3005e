"""What the mail server in use can do is learnt by a worker, and decides which addresses count."""

import asyncio

from activities.mail_server import polling_mail_server, update_mail_capabilities
from adapters.email.smtp import SmtpMailer
from adapters.postgres.database import QUERIES, Database
from tests.support.builders import ORDER_FIELD
from tests.support.csv_filing import Desk, a_request
from tests.support.servers.smtp_server import SENDER, Postbox

BEYOND_ASCII = {"email": "jörg@example.net", "name": "Jörg", "language": "de"}


async def answer(desk: Desk) -> list[tuple[str, str | None]]:
    """How a claim with an address beyond ASCII is answered now."""
    admission = await desk.persistence.admit(a_request(contact=BEYOND_ASCII))
    return [(reason.code, reason.field) for reason in admission.result.reasons]


async def test_no_letter_is_promised_that_the_mail_server_cannot_send(
    database: Database, postbox: Postbox
) -> None:
    desk, door = Desk(database, fields=[ORDER_FIELD]), SmtpMailer(postbox.url, SENDER)
    await desk.open_account()
    refused = [("incomplete", "contact.email")]
    assert await answer(desk) == refused, "nobody has asked the server yet"
    await update_mail_capabilities(database, door)
    assert await answer(desk) == refused
    postbox.utf8 = True
    async with polling_mail_server(database, door):
        for _ in range(200):
            if await database.fetch_value(QUERIES.mail_server_supports_smtputf8):
                break
            await asyncio.sleep(0.05)
    assert await answer(desk) == []


async def test_a_server_that_is_away_changes_nothing(
    database: Database, postbox: Postbox, unused_tcp_port: int
) -> None:
    postbox.utf8 = True
    await update_mail_capabilities(database, SmtpMailer(postbox.url, SENDER))
    await update_mail_capabilities(
        database, SmtpMailer(f"smtp://127.0.0.1:{unused_tcp_port}", SENDER)
    )
    assert await database.fetch_value(QUERIES.mail_server_supports_smtputf8) is True
