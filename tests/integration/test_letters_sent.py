"""Letters from the queue in the books to the door: written in the member's words, sent once."""

import pytest

from activities.letters import Letters, Posting
from adapters.letters import LetterBook
from adapters.postgres import Postgres
from adapters.smtp import MailDoor, WrittenLetter
from tests.integration.filing import SERVICE, Desk
from tests.unit.builders import a_field, a_question

LABELS = {"pl": "Numer zamówienia", "de": "Bestellnummer", "en": "Order number"}
FIELDS = [a_field(label=LABELS, identifies=True).model_dump()]


class OpenDoor(MailDoor):
    """A door that keeps what is sent."""

    def __init__(self) -> None:
        """Have sent nothing."""
        super().__init__("smtp://127.0.0.1:1", "tickets@example.com")
        self.sent: list[WrittenLetter] = []

    async def send(self, letter_id: str, name: str, address: str, letter: WrittenLetter) -> None:
        """Keep the letter."""
        self.sent.append(letter)


@pytest.mark.parametrize("language", LABELS)
async def test_a_question_for_a_field_names_it_as_the_members_form_does(
    postgres: Postgres, language: str
) -> None:
    """R17-R19, R34: by the rules that were stored with the ticket, and sent once."""
    desk, door = Desk(postgres, fields=FIELDS), OpenDoor()
    await desk.open_account()
    contact = {"email": "jan@example.com", "name": "Jan", "language": language}
    admission = await desk.file(contact=contact)
    question = a_question(questions=["order_number", "Which colour?"])
    await desk.hears(admission, question, sent=True)
    posting = Posting(number=admission.result.number, key="3-information_needed")
    for _ in range(2):
        await Letters(postgres, LetterBook(SERVICE), door).send(posting)
    (letter,) = door.sent
    assert f"- {LABELS[language]}\n- Which colour?\n" in letter.text
    assert f"<li>{LABELS[language]}</li>" in letter.html


@pytest.mark.parametrize("note", [None, " "])
async def test_a_question_without_words_still_tells_the_member_what_to_do(
    postgres: Postgres, note: str | None
) -> None:
    """R34: a partner may ask without saying what."""
    desk, door = Desk(postgres, fields=FIELDS), OpenDoor()
    await desk.open_account()
    admission = await desk.file()
    await desk.hears(admission, a_question(questions=[], note=note), sent=True)
    posting = Posting(number=admission.result.number, key="3-information_needed")
    await Letters(postgres, LetterBook(SERVICE), door).send(posting)
    (letter,) = door.sent
    assert "Prosimy o uzupełnienie wszystkiego, co o nich wiesz." in letter.text
    assert "<ul>" not in letter.html


async def test_a_confirmation_goes_out_with_the_day_of_the_partners_answer(
    postgres: Postgres,
) -> None:
    """R26, R31: all that its template needs stands in the books."""
    desk, door = Desk(postgres, fields=FIELDS), OpenDoor()
    await desk.open_account()
    number = (await desk.file()).result.number
    posting = Posting(number=number, key="1-confirmation")
    await Letters(postgres, LetterBook(SERVICE), door).send(posting)
    (letter,) = door.sent
    assert "Na odpowiedź VeloTel ma czas do dnia: " in letter.text
