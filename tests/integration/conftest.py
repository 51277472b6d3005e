"""What the tests of one adapter with its real thing share."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiosmtpd.smtp import SMTP

from tests.support.servers.smtp_server import SmtpRecorder, accept_only_jan


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpRecorder]:
    box = SmtpRecorder()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            box,
            hostname="127.0.0.1",
            authenticator=accept_only_jan,
            auth_require_tls=False,
            enable_SMTPUTF8=box.utf8,
        ),
        "127.0.0.1",
        0,
    )
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
    await server.wait_closed()
