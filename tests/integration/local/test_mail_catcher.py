"""The mail catcher of the local stack, through SMTP and HTTP as real clients see it."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest

from local.mail_catcher.store import MailStore
from local.stack.ports import HOST, free_ports
from tests.support.sockets import wait_for_port

DEADLINE = 20.0  # seconds
ROOT = Path(__file__).resolve().parents[3]
NUMBER = "ZW-4KQ7-P9XT-M2AB-C"
HOSTILE = "<script>alert(1)</script>{{7*7}}"


class MailCatcher:
    """A running mail catcher, and a client of it."""

    def __init__(self, smtp: int, web: int, folder: Path) -> None:
        self.smtp = smtp
        self.folder = folder
        self.client = httpx.AsyncClient(base_url=f"http://{HOST}:{web}", timeout=DEADLINE)

    async def send(self, email: EmailMessage) -> None:
        await aiosmtplib.send(email, hostname=HOST, port=self.smtp, timeout=DEADLINE)

    async def emails(self, **filters: str) -> list[dict[str, Any]]:
        response = await self.client.get("/emails.json", params=filters)
        found: list[dict[str, Any]] = response.raise_for_status().json()
        return found

    async def set_mode(self, mode: str) -> httpx.Response:
        return await self.client.put("/behaviour", json={"smtp": mode})


@contextlib.asynccontextmanager
async def run_mail_catcher(folder: Path) -> AsyncIterator[MailCatcher]:
    """The real program; after SIGTERM it must exit with 0, without output."""
    smtp, web = free_ports(2)
    options = ("--smtp-port", str(smtp), "--web-port", str(web), "--folder", str(folder))
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.mail_catcher", *options),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    mailbox = MailCatcher(smtp, web, folder)
    try:
        await wait_for_port(web)
        yield mailbox
    finally:
        await mailbox.client.aclose()
        program.send_signal(signal.SIGTERM)
        output, _ = await asyncio.wait_for(program.communicate(), DEADLINE)
    assert (program.returncode, output) == (0, b"")


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[MailCatcher]:
    """A mail catcher in a new folder."""
    async with run_mail_catcher(tmp_path / "mailbox") as mailbox:
        yield mailbox


def email(message_id: str = "<a@tickets.example>", to: str = "jan@example.com") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "tickets@rewards.example"
    message["To"] = to
    message["Subject"] = f"Zlecenie Wsparcia {NUMBER} zostało przyjęte"
    message["Message-ID"] = message_id
    message.set_content(f"Dzień dobry, {HOSTILE}\n")
    message.add_alternative(f"<p>Dzień dobry</p>{HOSTILE}", subtype="html")
    message["Content-Language"] = "pl"
    return message


async def test_an_email_is_stored_and_found_by_recipient_and_by_number(
    mailbox: MailCatcher,
) -> None:
    await mailbox.send(email())
    await mailbox.send(email("<b@tickets.example>", to="ola@example.com"))
    (found,) = await mailbox.emails(to="JAN@example.com", number=NUMBER.lower())
    assert found["to"] == "jan@example.com"
    assert found["numbers"] == [NUMBER]
    assert found["language"] == "pl"
    assert found["subject"] == f"Zlecenie Wsparcia {NUMBER} zostało przyjęte"
    assert "Dzień dobry" in found["text"]
    assert [one["to"] for one in await mailbox.emails()] == ["ola@example.com", "jan@example.com"]
    assert await mailbox.emails(number="ZW-0000-0000-0000-0") == []
    names = sorted(path.name for path in mailbox.folder.iterdir())
    assert len(names) == 2
    assert "-jan-example-com-" in names[0]


async def test_a_repeated_email_is_accepted_and_stored_once(mailbox: MailCatcher) -> None:
    for _ in range(3):
        await mailbox.send(email())
    (found,) = await mailbox.emails()
    assert found["repeats"] == 2
    assert len(list(mailbox.folder.iterdir())) == 1


async def test_accepted_emails_are_known_after_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"
    async with run_mail_catcher(folder) as first:
        await first.send(email())
    async with run_mail_catcher(folder) as second:
        await second.send(email())
        (found,) = await second.emails()
    assert found["repeats"] == 1


async def test_a_hostile_email_is_shown_but_never_run(mailbox: MailCatcher) -> None:
    hostile = email(to='"<script>"@example.com')
    hostile.replace_header("Subject", HOSTILE)
    await mailbox.send(hostile)
    (found,) = await mailbox.emails()
    pages = [await mailbox.client.get(path) for path in ("/", f"/emails/{found['id']}")]
    for page in pages:
        assert page.status_code == 200
        assert "<script" not in page.text
        assert "{{7*7}}" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" ' in pages[1].text
    html = await mailbox.client.get(f"/emails/{found['id']}/html")
    sandbox, _, rest = html.headers["content-security-policy"].partition("; ")
    assert sandbox == "sandbox allow-popups allow-popups-to-escape-sandbox"
    assert rest.startswith("default-src 'none'")
    assert "<p>Dzień dobry</p>" in html.text
    assert html.text.endswith('<base target="_blank">'), "a link would open inside the frame"


async def test_pages_are_for_this_machine_only(mailbox: MailCatcher) -> None:
    response = await mailbox.client.get("/emails.json", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert (await mailbox.client.get("/emails/none")).status_code == 404


@pytest.mark.parametrize(("mode", "code"), [("refuse_temporarily", 451), ("refuse_for_good", 550)])
async def test_the_server_refuses_as_its_mode_demands(
    mailbox: MailCatcher, mode: str, code: int
) -> None:
    await mailbox.set_mode(mode)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as caught:
        await mailbox.send(email())
    assert [one.code for one in caught.value.recipients] == [code]
    await mailbox.set_mode("ok")
    await mailbox.send(email())
    assert len(await mailbox.emails()) == 1


async def test_the_server_closes_the_connection_as_its_mode_demands(mailbox: MailCatcher) -> None:
    await mailbox.set_mode("close")
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await mailbox.send(email())
    assert await mailbox.emails() == []


async def test_an_unknown_behaviour_is_refused_with_the_known_ones(mailbox: MailCatcher) -> None:
    response = await mailbox.set_mode("explode")
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["field"] == "smtp"
    assert "refuse_for_good" in error["expected"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00 no headers",
        b"Subject: =?utf-8?b?////?=\r\nTo: <<<>>>,;:\r\nFrom: @\r\nMessage-ID: <[\r\n\r\nhi",
        b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
    ],
)
def test_a_malformed_email_is_stored_and_does_no_harm(tmp_path: Path, content: bytes) -> None:
    stored = MailStore(tmp_path).take("../../etc/x@example.com", content)
    (path,) = tmp_path.iterdir()
    assert path.read_bytes().endswith(content)
    assert [email.id for email in MailStore(tmp_path).find()] == [stored]
