"""Claims to a partner by e-mail: in the market's language, with a link that opens the claim."""

import asyncio
import base64
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.claim_delivery import ClaimDelivery, DeliveryRequest
from activities.limits.partner_limiter import PartnerLimiter
from activities.partner_email import PartnerEmailChannel
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from adapters.http.webhook_client import open_client
from adapters.postgres.database import Database
from adapters.security.signed_links import OUTCOME, LinkSubject, verify_link
from domain.errors import MailServerUnavailable, PartnerRejectedRequest, RequestRejected
from domain.partners.profile import PartnerProfile
from local.mail_catcher.smtp import SmtpBehavior, SmtpMode, listen
from local.mail_catcher.store import MailStore, StoredEmail
from local.stack.ports import HOST, free_ports
from tests.support.builders import a_profile
from tests.support.ticket_store import TicketStore

NAME = "TICKETS_PARTNER_SECRET_VELOTEL"
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
ADDRESS = "zgloszenia@velotel.example"
CHANNEL = {"kind": "email", "address": ADDRESS, "secret": NAME, "link_validity": "P30D"}
PUBLIC = "https://tickets.example/support"
SUBJECTS = {
    "pl": ("Nowe zlecenie", "Przypomnienie", "Uzupełnienie", "ponownie"),
    "de": ("Neue Nachbuchungsanfrage", "Erinnerung", "Ergänzung", "erneut gesendet"),
    "en": ("New claim", "Reminder", "More information", "sent again"),
}
PURPOSES = ("claim", "reminder-1", "information-1", "resend-1")


class EmailDelivery:
    """A mail catcher, a stored claim, and the activity that sends e-mails to partners."""

    def __init__(
        self, database: Database, mail_store: MailStore, behaviour: SmtpBehavior, port: int
    ) -> None:
        self.database = database
        self.mail_store = mail_store
        self.behaviour = behaviour
        self.mailer = SmtpMailer(f"smtp://{HOST}:{port}", "tickets@example.com")
        self.number = ""

    async def deliver(self, purpose: str = "claim", profile: PartnerProfile | None = None) -> None:
        """Deliver the claim through the activity."""
        profiles = {"velotel": profile or email_profile()}
        channel = PartnerEmailChannel(
            EmailRenderer("help@example.com"), self.mailer, {NAME: SECRET}, PUBLIC
        )
        async with open_client({}) as client:
            activity = ClaimDelivery(
                self.database, profiles, client, PartnerLimiter(time.monotonic), channel
            )
            request = DeliveryRequest(number=self.number, partner_id="velotel", purpose=purpose)
            assert (await activity.deliver(request)).reference is None

    @property
    def email(self) -> StoredEmail:
        """The only e-mail that arrived."""
        (email,) = self.mail_store.find()
        return email


def email_profile(**changes: Any) -> PartnerProfile:
    return a_profile(channel=CHANNEL, **changes)


def market(language: str) -> dict[str, str]:
    return {"time_zone": "Europe/Warsaw", "currency": "PLN", "language": language}


@pytest.fixture
async def delivery(database: Database, tmp_path: Path) -> AsyncIterator[EmailDelivery]:
    mail_store, behaviour, (port,) = MailStore(tmp_path), SmtpBehavior(), free_ports(1)
    server = await listen(mail_store, behaviour, port)
    delivery = EmailDelivery(database, mail_store, behaviour, port)
    store = TicketStore(database)
    await store.register_link()
    answers = {"order_number": "VT-2231-9", "contract_started_on": "2026-10-02"}
    delivery.number = (await store.file(answers=answers)).result.number
    yield delivery
    server.close()
    await asyncio.sleep(0)


def link(email: StoredEmail) -> re.Match[str]:
    pattern = rf"{re.escape(PUBLIC)}/partners/velotel/tickets/(\S+)/outcome\?token=(\S+)"
    found = re.search(pattern, email.text)
    assert found
    return found


async def test_the_email_shows_the_claim_and_a_link_that_opens_it(delivery: EmailDelivery) -> None:
    """Only what its form contains: no account, no name, no address of the member."""
    await delivery.deliver()
    email = delivery.email
    assert (email.to, email.language) == (ADDRESS, "pl")
    assert email.message_id == f"<{delivery.number}-claim@example.com>"
    assert delivery.number in email.subject
    for label, value in {
        "order_number": "VT-2231-9",
        "contract_started_on": "2 października 2026 r.",
        "Rodzaj": "brakujące środki Cashback",
    }.items():
        assert f"> {label}: {value}\r\n" in email.text
        assert f"<th>{label}:</th><td>{value}</td>" in email.html
    for private in ("jan@example.com", "Kowalski", "acc-1001"):
        assert private not in email.text + email.html
    number, token = link(email).groups()
    assert number == delivery.number
    assert token in email.html
    verify_link(token, SECRET, LinkSubject(OUTCOME, number, "velotel"), datetime.now(UTC))


async def test_a_link_is_valid_for_the_time_in_the_profile(delivery: EmailDelivery) -> None:
    await delivery.deliver()
    number, token = link(delivery.email).groups()
    subject, now = LinkSubject(OUTCOME, number, "velotel"), datetime.now(UTC)
    verify_link(token, SECRET, subject, now + timedelta(days=30))
    with pytest.raises(RequestRejected, match="invalid_link"):
        verify_link(token, SECRET, subject, now + timedelta(days=32))


@pytest.mark.parametrize("language", SUBJECTS)
async def test_each_purpose_has_a_separate_subject_in_every_language(
    delivery: EmailDelivery, language: str
) -> None:
    for purpose, expected in zip(PURPOSES, SUBJECTS[language], strict=True):
        await delivery.deliver(purpose, email_profile(market=market(language)))
        (email,) = [one for one in delivery.mail_store.find() if f"-{purpose}@" in one.message_id]
        assert expected in email.subject
        assert email.language == language
        assert "None" not in email.text + email.html
        assert "\n\n\n" not in email.text


async def test_a_repeated_delivery_is_the_same_email(delivery: EmailDelivery) -> None:
    await delivery.deliver()
    before = delivery.email
    await delivery.deliver()
    assert delivery.email.repeats == 1
    assert link(delivery.email).groups() == link(before).groups()


async def test_an_unavailable_mail_server_is_tried_again(delivery: EmailDelivery) -> None:
    delivery.behaviour.smtp = SmtpMode.REFUSE_TEMPORARILY
    with pytest.raises(MailServerUnavailable):
        await delivery.deliver()
    delivery.behaviour.smtp = SmtpMode.OK
    await delivery.deliver()


async def test_an_address_that_accepts_no_email_needs_a_person(delivery: EmailDelivery) -> None:
    delivery.behaviour.smtp = SmtpMode.REFUSE_PERMANENTLY
    with pytest.raises(PartnerRejectedRequest) as caught:
        await delivery.deliver()
    assert ADDRESS not in str(caught.value)


async def test_hostile_answers_are_plain_text(delivery: EmailDelivery) -> None:
    store = TicketStore(delivery.database)
    hostile = "<script>x</script> {{7*7}}\r\nSubject: no"
    filed = await store.file(answers={"order_number": hostile})
    delivery.number = filed.result.number
    await delivery.deliver()
    assert "<script>" not in delivery.email.html
    assert "order_number: <script>x</script> {{7*7}} Subject: no" in delivery.email.text
