"""E-mail texts: the response deadline, and fields named by their labels."""

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
from tests.support.builders import (
    NOW,
    NUMBER,
    a_field,
    a_label,
    a_partner,
    claim_content,
    some_facts,
)

LABELS = a_label("Order number", pl="Numer zamówienia", de="Bestellnummer")
PARTNER = a_partner(fields=[a_field(label=LABELS, is_order_number=True).model_dump()])
RENDERER = EmailRenderer("pomoc@example.com")
COMMON_PARAMS = {
    "number": NUMBER,
    "partner_name": "VeloTel",
    "member_name": "Jan Kowalski",
    "claimed": [],
}
HELD_UNTIL = "2026-11-30T14:05:00+01:00"
DEADLINE_TEXTS = {
    "pl": "VeloTel ma czas na odpowiedź do 14 grudnia 2026 r.",
    "de": "Für die Antwort hat VeloTel bis zum 14. Dezember 2026 Zeit.",
    "en": "VeloTel has until 14 December 2026 to answer.",
}


def confirmation(
    language: str, answer_by: str | None, held_until: str | None = None
) -> RenderedEmail:
    """The confirmation e-mail of a claim."""
    own = {"held_until": held_until, "answer_by": answer_by}
    return RENDERER.render("confirmation", language, COMMON_PARAMS | own)


def refusal(language: str, **changes: Any) -> RenderedEmail:
    """The e-mail about a claim that is not accepted."""
    contact = {"email": "jan@example.com", "language": language}
    parsed = parse_claim(claim_content(contact=contact, **changes))
    assessed = assess_claim(parsed, some_facts(), PARTNER, NOW)
    request = AdmissionRequest(number=NUMBER, run_id="1", digest="", claim="", started_at=NOW)
    (email,) = build_admission(request, assessed, PARTNER, NOW, lambda _: ()).admission.emails
    params = {"number": NUMBER, "partner_name": "", "member_name": "Jan Kowalski"}
    return RENDERER.render(email.kind, email.language, params | email.params)


@pytest.mark.parametrize("held_until", [None, HELD_UNTIL])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_confirmation_names_the_response_deadline(language: str, held_until: str | None) -> None:
    """R26, R31: for a held claim, it counts from the day of its release."""
    email = confirmation(language, "2026-12-14", held_until)
    assert email.text.count(DEADLINE_TEXTS[language]) == 1
    assert f"<p>{DEADLINE_TEXTS[language]}</p>" in email.html
    assert "\n\n\n" not in email.text


@pytest.mark.parametrize("held_until", [None, HELD_UNTIL])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_confirmation_without_a_response_deadline_names_none(
    language: str, held_until: str | None
) -> None:
    """R31."""
    without = confirmation(language, None, held_until)
    full = confirmation(language, "2026-12-14", held_until)
    assert "14" not in re.sub(r"14:05|ZW-[-\w]+", "", without.text)
    assert without.text == full.text.replace(DEADLINE_TEXTS[language] + "\n\n", "")
    assert "\n\n\n" not in without.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_names_the_partner_and_the_label_of_the_field(language: str) -> None:
    """R22, R23: nothing else of a refused claim is stored."""
    email = refusal(language, answers={})
    for body in (email.text, email.html):
        assert "VeloTel" in body
        assert f"{LABELS[language]}: " in body
        assert "order_number" not in body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_field_that_is_not_in_the_form_is_named_in_the_members_language(language: str) -> None:
    """R23."""
    email = refusal(language, link_id=None)
    assert "link_id" not in email.text
    assert "- " in email.text


GENERAL_QUESTION = {
    "pl": "Do weryfikacji potrzebne są jeszcze szczegóły zamówienia lub umowy. "
    "Prosimy podać wszystko, co wiadomo o zamówieniu lub umowie.",
    "de": "braucht dazu noch mehr Angaben zur Bestellung oder zum Vertrag. "
    "Bitte ergänzen Sie alles, was Sie darüber wissen.",
    "en": "needs more details of the order or contract. "
    "Please tell us everything you know about it.",
}


def question(language: str, *questions: str) -> RenderedEmail:
    """The e-mail with the questions of a partner."""
    own = {"questions": list(questions), "answer_by": "2026-12-14"}
    return RENDERER.render("information_needed", language, COMMON_PARAMS | own)


@pytest.mark.parametrize("questions", [(), ("",), (" \n", "\u202e\x07")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_without_questions_asks_for_all_details(
    language: str, questions: tuple[str, ...]
) -> None:
    """R34: the e-mail has no empty list."""
    email = question(language, *questions)
    assert f"{GENERAL_QUESTION[language]}\n\n" in email.text
    assert f"{GENERAL_QUESTION[language]}</p>" in email.html
    assert "\n> - " not in email.text
    assert "<ul>" not in email.html
    assert "\n\n\n" not in email.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_with_a_question_asks_only_that(language: str) -> None:
    email = question(language, "When?", " ")
    assert GENERAL_QUESTION[language] not in email.text + email.html
    assert "\n> - When?\n\n" in email.text
    assert email.html.count("<li>") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_links_to_the_answer_page_if_there_is_one(language: str) -> None:
    link = "https://tickets.example/tickets/ZW-1/information?token=a.b-c_d"
    question = COMMON_PARAMS | {"questions": ["When?"], "answer_by": "2026-12-14"}
    without_link = RENDERER.render("information_needed", language, question)
    with_link = RENDERER.render("information_needed", language, question | {"answer_page": link})
    assert f"\n{link}\n" in with_link.text
    assert f'href="{link}"' in with_link.html
    address = "pomoc@example.com"
    assert with_link.text.count(address) == without_link.text.count(address) - 1
