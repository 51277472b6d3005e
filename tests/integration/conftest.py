"""Fixtures shared by the tests of adapters with real servers."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiosmtpd.smtp import SMTP

from tests.support.servers.smtp_server import SmtpRecorder, accept_only_jan


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpRecorder]:
    recorder = SmtpRecorder()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            recorder,
            hostname="127.0.0.1",
            authenticator=accept_only_jan,
            auth_require_tls=False,
            enable_SMTPUTF8=recorder.utf8,
        ),
        "127.0.0.1",
        0,
    )
    recorder.port = server.sockets[0].getsockname()[1]
    yield recorder
    server.close()
    await server.wait_closed()
