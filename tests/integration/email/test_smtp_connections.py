"""Connections to the mail server: reused for a short while, and bounded."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.email.smtp import SmtpMailer
from adapters.email.smtp_connections import MAX_CONNECTIONS, SmtpConnections
from domain.errors import EmailUndeliverable
from tests.support.polling import wait_until
from tests.support.servers.smtp_server import EMAIL, JAN, SENDER, SmtpRecorder


@pytest.fixture
async def mailer(smtp: SmtpRecorder) -> AsyncIterator[SmtpMailer]:
    """A mailer that reuses its connections."""
    mailer = SmtpMailer(smtp.url, SENDER)
    async with mailer.reusing_connections():
        yield mailer


async def send(mailer: SmtpMailer, number: int = 1) -> None:
    """Send one e-mail."""
    await mailer.send(f"ZW-{number}", "1", "Jan", JAN, EMAIL)


async def test_emails_in_sequence_share_a_connection(
    smtp: SmtpRecorder, mailer: SmtpMailer
) -> None:
    for number in range(3):
        await send(mailer, number)
    assert (len(smtp.raw), len(smtp.sessions)) == (3, 1)


async def test_concurrent_emails_use_a_bounded_number_of_connections(
    smtp: SmtpRecorder, mailer: SmtpMailer
) -> None:
    await asyncio.gather(*(send(mailer, number) for number in range(4 * MAX_CONNECTIONS)))
    assert len(smtp.raw) == 4 * MAX_CONNECTIONS
    assert len(smtp.sessions) <= MAX_CONNECTIONS


async def test_a_connection_that_the_server_closed_is_replaced(
    smtp: SmtpRecorder, mailer: SmtpMailer
) -> None:
    """Restarts and idle time-outs of the server cost no e-mail an attempt."""
    await send(mailer)
    for server in smtp.servers:
        assert server.transport
        server.transport.close()
    await send(mailer, 2)
    assert (len(smtp.raw), len(smtp.sessions)) == (2, 2)


async def test_a_refused_recipient_does_not_cost_the_connection(
    smtp: SmtpRecorder, mailer: SmtpMailer
) -> None:
    smtp.at_recipient = "550 5.1.1 no such user"
    with pytest.raises(EmailUndeliverable):
        await send(mailer)
    smtp.at_recipient = ""
    await send(mailer, 2)
    assert (len(smtp.raw), len(smtp.sessions)) == (1, 1)


async def test_an_idle_connection_is_closed_after_a_short_while(smtp: SmtpRecorder) -> None:
    options = {"hostname": "127.0.0.1", "port": smtp.port, "start_tls": False}
    connections = SmtpConnections(options, idle_seconds=0.05)
    async with connections.acquire() as client:
        await client.sendmail(JAN, [JAN], b"Subject: one\r\n\r\ntext\r\n")

    async def is_open() -> bool:
        return client.is_connected

    await wait_until(is_open, lambda answer: not answer)
    await connections.close()
