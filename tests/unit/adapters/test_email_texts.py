"""Letters in the words of the member: by when the partner answers, and fields by their labels."""

import re
from typing import Any

import pytest

from adapters.email.locale_renderer import RenderedEmail
from adapters.email.renderer import EmailRenderer
from domain.admission.admission import AdmissionRequest
from domain.admission.admission_record import build_admission
from domain.admission.assessed_claim import assess_claim
from domain.claims.claim_parsing import parse_claim
from domain.partners.market import LANGUAGES
from tests.support.builders import NOW, NUMBER, a_field, a_partner, claim_content, some_facts

LABELS = {"pl": "Numer zamówienia", "de": "Bestellnummer", "en": "Order number"}
PARTNER = a_partner(fields=[a_field(label=LABELS, is_order_number=True).model_dump()])
BOOK = EmailRenderer("pomoc@example.com")
EVERYWHERE = {"number": NUMBER, "partner_name": "VeloTel", "member_name": "Jan Kowalski"}
HELD_UNTIL = "2026-11-30T14:05:00+01:00"
BY_WHEN = {
    "pl": "Na odpowiedź VeloTel ma czas do dnia: 14 grudnia 2026.",
    "de": "Für die Antwort hat VeloTel bis zum 14. Dezember 2026 Zeit.",
    "en": "VeloTel has until 14 December 2026 to answer.",
}


def confirmation(
    language: str, answer_by: str | None, held_until: str | None = None
) -> RenderedEmail:
    """The confirmation of a claim."""
    own = {"held_until": held_until, "answer_by": answer_by}
    return BOOK.render("confirmation", language, EVERYWHERE | own)


def refusal(language: str, **changes: Any) -> RenderedEmail:
    """The letter about a claim that admission does not accept."""
    contact = {"email": "jan@example.com", "language": language}
    reading = parse_claim(claim_content(contact=contact, **changes))
    judged = assess_claim(reading, some_facts(), PARTNER, NOW)
    request = AdmissionRequest(number=NUMBER, run_id="1", digest="", claim="", started_at=NOW)
    (letter,) = build_admission(request, judged, PARTNER, NOW, lambda _: ()).admission.emails
    nobody = {"number": NUMBER, "partner_name": "", "member_name": "Jan Kowalski"}
    return BOOK.render(letter.kind, letter.language, nobody | letter.params)


@pytest.mark.parametrize("held_until", [None, HELD_UNTIL])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_confirmation_says_by_when_the_partner_answers(
    language: str, held_until: str | None
) -> None:
    """R26, R31: also where the claim is held, from the day on which it will be sent."""
    letter = confirmation(language, "2026-12-14", held_until)
    assert letter.text.count(BY_WHEN[language]) == 1
    assert f"<p>{BY_WHEN[language]}</p>" in letter.html
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize("held_until", [None, HELD_UNTIL])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_confirmation_without_such_a_day_promises_none(
    language: str, held_until: str | None
) -> None:
    """R31."""
    without = confirmation(language, None, held_until)
    full = confirmation(language, "2026-12-14", held_until)
    assert "14" not in re.sub(r"14:05|ZW-[-\w]+", "", without.text)
    assert without.text == full.text.replace(BY_WHEN[language] + "\n\n", "")
    assert "\n\n\n" not in without.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_names_the_partner_and_calls_the_field_by_its_label(language: str) -> None:
    """R22, R23: a refused claim leaves nothing else that could name them."""
    letter = refusal(language, answers={})
    for body in (letter.text, letter.html):
        assert "VeloTel" in body
        assert f"{LABELS[language]}: " in body
        assert "order_number" not in body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_field_that_no_form_has_is_called_by_the_platforms_own_word(language: str) -> None:
    """R23."""
    letter = refusal(language, link_id=None)
    assert "link_id" not in letter.text
    assert "- " in letter.text


ASKS_FOR_MORE = {
    "pl": "Do weryfikacji potrzebne są jeszcze szczegóły zamówienia lub umowy. "
    "Prosimy o uzupełnienie wszystkiego, co o nich wiesz.",
    "de": "braucht dazu noch mehr Angaben zur Bestellung oder zum Vertrag. "
    "Bitte ergänzen Sie alles, was Sie darüber wissen.",
    "en": "needs more details of the order or contract. Please add what you know about it.",
}


def question(language: str, *questions: str) -> RenderedEmail:
    """The letter about what a partner has asked."""
    own = {"questions": list(questions), "answer_by": "2026-12-14"}
    return BOOK.render("information_needed", language, EVERYWHERE | own)


@pytest.mark.parametrize("questions", [(), ("",), (" \n", "\u202e\x07")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_partner_that_asks_nothing_in_particular_asks_for_what_the_member_knows(
    language: str, questions: tuple[str, ...]
) -> None:
    """R34: a letter never ends in an empty list."""
    letter = question(language, *questions)
    assert f"{ASKS_FOR_MORE[language]}\n\n" in letter.text
    assert f"{ASKS_FOR_MORE[language]}</p>" in letter.html
    assert "\n> - " not in letter.text
    assert "<ul>" not in letter.html
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_partner_that_asks_something_asks_for_nothing_else(language: str) -> None:
    letter = question(language, "When?", " ")
    assert ASKS_FOR_MORE[language] not in letter.text + letter.html
    assert "\n> - When?\n\n" in letter.text
    assert letter.html.count("<li>") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_leads_to_the_page_for_its_answer_where_there_is_one(language: str) -> None:
    link = "https://tickets.example/tickets/ZW-1/information?token=a.b-c_d"
    question = EVERYWHERE | {"questions": ["When?"], "answer_by": "2026-12-14"}
    mailed = BOOK.render("information_needed", language, question)
    linked = BOOK.render("information_needed", language, question | {"answer_page": link})
    assert f"\n{link}\n" in linked.text
    assert f'href="{link}"' in linked.html
    address = "pomoc@example.com"
    assert linked.text.count(address) == mailed.text.count(address) - 1
