"""Queued e-mails are rendered in the member's language and sent once."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from activities.answer_links import AnswerLinkFactory
from activities.emails import EmailActivities, OutgoingEmailRef
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import EmailContent, SmtpMailer
from adapters.postgres.database import Database
from adapters.security.signed_links import member_link, verify_link
from domain.errors import RequestRejected
from tests.support.builders import a_field, a_question
from tests.support.csv_filing import SERVICE, Desk

LABELS = {"pl": "Numer zamówienia", "de": "Bestellnummer", "en": "Order number"}
SECRETS = "made-up-for-these-tests-signs-links-only made-up-and-older-still-good"
LINK = re.compile(r"information\?token=([\w.-]+)")
FIELDS = [a_field(label=LABELS, is_order_number=True).model_dump()]


class OpenDoor(SmtpMailer):
    """A door that keeps what is sent."""

    def __init__(self) -> None:
        """Have sent nothing."""
        super().__init__("smtp://127.0.0.1:1", "tickets@example.com")
        self.sent: list[EmailContent] = []

    async def send(self, message_key: str, name: str, address: str, letter: EmailContent) -> None:
        """Keep the letter."""
        self.sent.append(letter)


@pytest.mark.parametrize("language", LABELS)
async def test_a_question_for_a_field_names_it_as_the_members_form_does(
    database: Database, language: str
) -> None:
    """R17-R19, R34: by the rules that were stored with the ticket, and sent once."""
    desk, door = Desk(database, fields=FIELDS), OpenDoor()
    await desk.open_account()
    contact = {"email": "jan@example.com", "name": "Jan", "language": language}
    admission = await desk.file(contact=contact)
    question = a_question(questions=["order_number", "Which colour?"])
    await desk.hears(admission, question, sent=True)
    ref = OutgoingEmailRef(number=admission.result.number, key="3-information_needed")
    for _ in range(2):
        await EmailActivities(database, EmailRenderer(SERVICE), door).send(ref)
    (letter,) = door.sent
    assert f"> - {LABELS[language]}\n> - Which colour?\n" in letter.text
    assert f"<li>{LABELS[language]}</li>" in letter.html


@pytest.mark.parametrize("note", [None, " "])
async def test_a_question_without_words_still_tells_the_member_what_to_do(
    database: Database, note: str | None
) -> None:
    """R34: a partner may ask without saying what."""
    desk, door = Desk(database, fields=FIELDS), OpenDoor()
    await desk.open_account()
    admission = await desk.file()
    await desk.hears(admission, a_question(questions=[], note=note), sent=True)
    ref = OutgoingEmailRef(number=admission.result.number, key="3-information_needed")
    await EmailActivities(database, EmailRenderer(SERVICE), door).send(ref)
    (letter,) = door.sent
    assert "Prosimy o uzupełnienie wszystkiego, co o nich wiesz." in letter.text
    assert "<ul>" not in letter.html


async def test_a_questions_letter_has_the_same_link_however_often_it_is_sent(
    database: Database,
) -> None:
    """R17-R19: it opens the page until the member's last day has ended, and not a second longer."""
    desk, door = Desk(database, fields=FIELDS), OpenDoor()
    await desk.open_account()
    admission = await desk.file()
    aggregate = await desk.hears(admission, a_question(), sent=True)
    number, pages = admission.result.number, AnswerLinkFactory("https://tickets.example", SECRETS)
    ref = OutgoingEmailRef(number=number, key="3-information_needed")
    for _ in range(2):
        await EmailActivities(database, EmailRenderer(SERVICE), door, pages).send(ref)
        async with database.transaction() as connection:
            await connection.execute("update emails set sent_at = null")
    first, again = (LINK.findall(letter.text) for letter in door.sent)
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


async def test_without_pages_a_question_asks_for_an_answer_by_mail(database: Database) -> None:
    desk, door = Desk(database, fields=FIELDS), OpenDoor()
    await desk.open_account()
    admission = await desk.file()
    await desk.hears(admission, a_question(), sent=True)
    ref = OutgoingEmailRef(number=admission.result.number, key="3-information_needed")
    await EmailActivities(database, EmailRenderer(SERVICE), door).send(ref)
    (letter,) = door.sent
    assert f"Odpowiedzi prosimy wysłać na adres {SERVICE}" in letter.text
    assert "http" not in letter.text + letter.html


async def test_a_confirmation_goes_out_with_the_day_of_the_partners_answer(
    database: Database,
) -> None:
    """R26, R31: everything that a template needs is stored."""
    desk, door = Desk(database, fields=FIELDS), OpenDoor()
    await desk.open_account()
    number = (await desk.file()).result.number
    ref = OutgoingEmailRef(number=number, key="1-confirmation")
    await EmailActivities(database, EmailRenderer(SERVICE), door).send(ref)
    (letter,) = door.sent
    assert "Na odpowiedź VeloTel ma czas do dnia: " in letter.text
