"""Queued e-mails are rendered in the member's language and sent once."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from activities.emails import EmailActivities, OutgoingEmailRef
from activities.member_links import MemberLinkFactory
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import EmailContent, SmtpMailer
from adapters.postgres.database import Database
from adapters.security.signed_links import member_link, sign_status_link, verify_link
from domain.errors import InvalidConfiguration, RequestRejected
from tests.support.builders import a_field, a_label, a_question, an_outcome
from tests.support.ticket_store import SERVICE, TicketStore

LABELS = a_label("Order number", pl="Numer zamówienia", de="Bestellnummer")
SECRETS = "made-up-for-these-tests-signs-links-only made-up-and-older-still-good"
LINK = re.compile(r"information\?token=([\w.-]+)")
FIELDS = [a_field(label=LABELS, is_order_number=True).model_dump()]


class RecordingMailer(SmtpMailer):
    """A mailer that records the e-mails."""

    def __init__(self) -> None:
        """Start without e-mails."""
        super().__init__("smtp://127.0.0.1:1", "tickets@example.com")
        self.sent: list[EmailContent] = []

    async def send(
        self, thread: str, key: str, name: str, address: str, email: EmailContent
    ) -> None:
        """Record the e-mail."""
        self.sent.append(email)


@pytest.mark.parametrize("language", LABELS)
async def test_a_question_for_a_field_names_it_as_the_members_form_does(
    database: Database, language: str
) -> None:
    """R17-R19, R34: by the rules that were stored with the ticket, and sent once."""
    store, mailer = TicketStore(database, fields=FIELDS), RecordingMailer()
    await store.register_link()
    contact = {"email": "jan@example.com", "name": "Jan", "language": language}
    admission = await store.file(contact=contact)
    question = a_question(questions=["order_number", "Which colour?"])
    await store.handle(admission, question, sent=True)
    ref = OutgoingEmailRef(number=admission.result.number, key="3-information_needed")
    for _ in range(2):
        await EmailActivities(database, EmailRenderer(SERVICE), mailer).send(ref)
    (email,) = mailer.sent
    assert f"> - {LABELS[language]}\n> - Which colour?\n" in email.text
    assert f"<li>{LABELS[language]}</li>" in email.html


@pytest.mark.parametrize("note", [None, " "])
async def test_a_question_without_text_still_says_what_the_member_should_do(
    database: Database, note: str | None
) -> None:
    """R34: a partner may request information without a text."""
    store, mailer = TicketStore(database, fields=FIELDS), RecordingMailer()
    await store.register_link()
    admission = await store.file()
    await store.handle(admission, a_question(questions=[], note=note), sent=True)
    ref = OutgoingEmailRef(number=admission.result.number, key="3-information_needed")
    await EmailActivities(database, EmailRenderer(SERVICE), mailer).send(ref)
    (email,) = mailer.sent
    assert "Prosimy podać wszystko, co wiadomo o zamówieniu lub umowie." in email.text
    assert "<ul>" not in email.html


async def test_the_email_of_a_question_has_the_same_link_whenever_it_is_sent(
    database: Database,
) -> None:
    """R17-R19: it opens the page until the member's last day has ended, and not a second longer."""
    store, mailer = TicketStore(database, fields=FIELDS), RecordingMailer()
    await store.register_link()
    admission = await store.file()
    aggregate = await store.handle(admission, a_question(), sent=True)
    number, links = admission.result.number, MemberLinkFactory("https://tickets.example", SECRETS)
    ref = OutgoingEmailRef(number=number, key="3-information_needed")
    for _ in range(2):
        await EmailActivities(database, EmailRenderer(SERVICE), mailer, links).send(ref)
        async with database.transaction() as connection:
            await connection.execute("update emails set sent_at = null")
    first, again = (LINK.findall(email.text) for email in mailer.sent)
    assert first == again
    (token,) = first
    due_at = aggregate.ticket.due_at
    assert due_at
    last_day = due_at.astimezone(aggregate.ticket.terms.market.zone).date()
    end = datetime.combine(
        last_day + timedelta(days=1), datetime.min.time(), aggregate.ticket.terms.market.zone
    )
    verify_link(token, SECRETS, member_link(number), end.astimezone(UTC) - timedelta(seconds=1))
    with pytest.raises(RequestRejected):
        verify_link(token, SECRETS, member_link(number), end.astimezone(UTC))


async def test_without_pages_a_question_asks_for_an_answer_by_email(database: Database) -> None:
    store, mailer = TicketStore(database, fields=FIELDS), RecordingMailer()
    await store.register_link()
    admission = await store.file()
    await store.handle(admission, a_question(), sent=True)
    ref = OutgoingEmailRef(number=admission.result.number, key="3-information_needed")
    await EmailActivities(database, EmailRenderer(SERVICE), mailer).send(ref)
    (email,) = mailer.sent
    assert f"Odpowiedzi prosimy wysłać na adres {SERVICE}" in email.text
    assert "http" not in email.text + email.html


async def test_a_confirmation_goes_out_with_the_day_of_the_partners_answer(
    database: Database,
) -> None:
    """R26, R31: everything that a template needs is stored."""
    store, mailer = TicketStore(database, fields=FIELDS), RecordingMailer()
    await store.register_link()
    number = (await store.file()).result.number
    ref = OutgoingEmailRef(number=number, key="1-confirmation")
    await EmailActivities(database, EmailRenderer(SERVICE), mailer).send(ref)
    (email,) = mailer.sent
    assert "VeloTel ma czas na odpowiedź do " in email.text


async def test_a_confirmation_shows_all_that_was_claimed_and_later_emails_what_names_the_claim(
    database: Database,
) -> None:
    """R26: the member's proof; later e-mails contain no more than they must."""
    note_field = a_field(name="details", label=a_label("Details")).model_dump()
    store, mailer = TicketStore(database, fields=[*FIELDS, note_field]), RecordingMailer()
    await store.register_link()
    answers = {"order_number": "VT-1", "details": "in the shop <b>"}
    contact = {"email": "jan@example.com", "name": "Jan", "language": "en"}
    admission = await store.file(answers=answers, contact=contact)
    await store.handle(admission, an_outcome("rejected"), sent=True)
    for key in ("1-confirmation", "3-rejected"):
        ref = OutgoingEmailRef(number=admission.result.number, key=key)
        await EmailActivities(database, EmailRenderer(SERVICE), mailer).send(ref)
    confirmation, rejected = mailer.sent
    for email in mailer.sent:
        assert "> Kind: missing cashback\n" in email.text
        assert f"> {LABELS['en']}: VT-1\n" in email.text
        assert "> Partner: VeloTel\n" in email.text
    assert "> Details: in the shop <b>\n" in confirmation.text
    assert "in the shop &lt;b&gt;" in confirmation.html
    assert "in the shop" not in rejected.text + rejected.html


async def test_an_email_links_to_the_status_page_only_where_there_is_one(
    database: Database,
) -> None:
    """R30: without one, no e-mail differs by a byte."""
    store, mailer = TicketStore(database, fields=FIELDS), RecordingMailer()
    await store.register_link()
    number, address = (await store.file()).result.number, "https://tickets.example"
    off, on = (MemberLinkFactory(address, SECRETS, has_page) for has_page in (False, True))
    for links in (None, off, on):
        await EmailActivities(database, EmailRenderer(SERVICE), mailer, links).send(
            OutgoingEmailRef(number=number, key="1-confirmation")
        )
        async with database.transaction() as connection:
            await connection.execute("update emails set sent_at = null")
    without, switched_off, switched_on = mailer.sent
    assert without == switched_off
    link = f"{address}/tickets/{number}/status?token={sign_status_link(SECRETS, number, 1)}"
    assert f"\n{link}\n" in switched_on.text
    assert f'href="{link}"' in switched_on.html


def test_a_status_page_without_the_address_of_the_pages_does_not_start() -> None:
    with pytest.raises(InvalidConfiguration, match="TICKETS_STATUS_PAGE"):
        MemberLinkFactory.create("", SECRETS, "link")
    assert MemberLinkFactory.create("", SECRETS, "off") is None
