"""Claims to a partner by mail: a letter in the market's language, a link that opens that claim."""

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
from tests.support.csv_filing import Desk

NAME = "TICKETS_PARTNER_SECRET_VELOTEL"
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
ADDRESS = "zgloszenia@velotel.example"
CHANNEL = {"kind": "email", "address": ADDRESS, "secret": NAME, "link_validity": "P30D"}
PUBLIC = "https://tickets.example/support"
SUBJECTS = {
    "pl": ("Nowe zlecenie", "Przypomnienie", "Uzupełnienie", "ponownie"),
    "de": ("Neue Nachbuchungsanfrage", "Erinnerung", "Ergänzung", "noch einmal"),
    "en": ("New claim", "Reminder", "More information", "sent again"),
}
PURPOSES = ("claim", "reminder-1", "information-1", "resend-1")


class Office:
    """A mail catcher, a stored claim, and the activity that sends e-mails to partners."""

    def __init__(
        self, database: Database, box: MailStore, behaviour: SmtpBehavior, port: int
    ) -> None:
        self.database = database
        self.box = box
        self.behaviour = behaviour
        self.mail = SmtpMailer(f"smtp://{HOST}:{port}", "tickets@example.com")
        self.number = ""

    async def deliver(self, purpose: str = "claim", profile: PartnerProfile | None = None) -> None:
        """Deliver the claim through the activity."""
        profiles = {"velotel": profile or by_mail()}
        post = PartnerEmailChannel(
            EmailRenderer("help@example.com"), self.mail, {NAME: SECRET}, PUBLIC
        )
        async with open_client({}) as door:
            calls = ClaimDelivery(
                self.database, profiles, door, PartnerLimiter(time.monotonic), post
            )
            delivery = DeliveryRequest(number=self.number, partner_id="velotel", purpose=purpose)
            assert (await calls.deliver(delivery)).reference is None

    @property
    def letter(self) -> StoredEmail:
        """The only letter that came."""
        (letter,) = self.box.find()
        return letter


def by_mail(**changes: Any) -> PartnerProfile:
    return a_profile(channel=CHANNEL, **changes)


def market(language: str) -> dict[str, str]:
    return {"time_zone": "Europe/Warsaw", "currency": "PLN", "language": language}


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    box, behaviour, (port,) = MailStore(tmp_path), SmtpBehavior(), free_ports(1)
    server = await listen(box, behaviour, port)
    opened = Office(database, box, behaviour, port)
    desk = Desk(database)
    await desk.open_account()
    answers = {"order_number": "VT-2231-9", "contract_started_on": "2026-10-02"}
    opened.number = (await desk.file(answers=answers)).result.number
    yield opened
    server.close()
    await asyncio.sleep(0)


def link(letter: StoredEmail) -> re.Match[str]:
    pattern = rf"{re.escape(PUBLIC)}/partners/velotel/tickets/(\S+)/outcome\?token=(\S+)"
    found = re.search(pattern, letter.text)
    assert found
    return found


async def test_the_letter_shows_the_claim_and_a_link_that_opens_it(office: Office) -> None:
    """Only what its form asks for: no account, no name, no address of the member."""
    await office.deliver()
    letter = office.letter
    assert (letter.to, letter.language) == (ADDRESS, "pl")
    assert letter.message_id == f"<{office.number}-claim@example.com>"
    assert office.number in letter.subject
    for words in (
        "order_number: VT-2231-9",
        "2 października 2026",
        "Rodzaj: niezarejestrowany zwrot pieniędzy",
    ):
        assert words in letter.text
        assert words in letter.html
    for private in ("jan@example.com", "Kowalski", "acc-1001"):
        assert private not in letter.text + letter.html
    number, token = link(letter).groups()
    assert number == office.number
    assert token in letter.html
    verify_link(token, SECRET, LinkSubject(OUTCOME, number, "velotel"), datetime.now(UTC))


async def test_a_link_works_for_as_long_as_the_profile_says(office: Office) -> None:
    await office.deliver()
    number, token = link(office.letter).groups()
    subject, now = LinkSubject(OUTCOME, number, "velotel"), datetime.now(UTC)
    verify_link(token, SECRET, subject, now + timedelta(days=30))
    with pytest.raises(RequestRejected, match="invalid_link"):
        verify_link(token, SECRET, subject, now + timedelta(days=32))


@pytest.mark.parametrize("language", SUBJECTS)
async def test_each_purpose_has_a_subject_of_its_own_in_every_language(
    office: Office, language: str
) -> None:
    for purpose, words in zip(PURPOSES, SUBJECTS[language], strict=True):
        await office.deliver(purpose, by_mail(market=market(language)))
        (letter,) = [one for one in office.box.find() if f"-{purpose}@" in one.message_id]
        assert words in letter.subject
        assert letter.language == language
        assert "None" not in letter.text + letter.html
        assert "\n\n\n" not in letter.text


async def test_the_same_delivery_twice_is_the_same_letter(office: Office) -> None:
    await office.deliver()
    before = office.letter
    await office.deliver()
    assert office.letter.repeats == 1
    assert link(office.letter).groups() == link(before).groups()


async def test_a_mail_server_that_is_away_is_tried_again(office: Office) -> None:
    office.behaviour.smtp = SmtpMode.REFUSE_TEMPORARILY
    with pytest.raises(MailServerUnavailable):
        await office.deliver()
    office.behaviour.smtp = SmtpMode.OK
    await office.deliver()


async def test_an_address_that_takes_no_mail_needs_a_person(office: Office) -> None:
    office.behaviour.smtp = SmtpMode.REFUSE_PERMANENTLY
    with pytest.raises(PartnerRejectedRequest) as caught:
        await office.deliver()
    assert ADDRESS not in str(caught.value)


async def test_hostile_answers_are_only_words(office: Office) -> None:
    desk = Desk(office.database)
    hostile = "<script>x</script> {{7*7}}\r\nSubject: no"
    filed = await desk.file(answers={"order_number": hostile})
    office.number = filed.result.number
    await office.deliver()
    assert "<script>" not in office.letter.html
    assert "order_number: <script>x</script> {{7*7}} Subject: no" in office.letter.text
