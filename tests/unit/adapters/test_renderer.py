"""Letters and phrases: every one in every language, strict, and safe with hostile text."""

import re
from typing import Any

import pytest

from adapters.email.renderer import EmailRenderer
from domain.partners.market import LANGUAGES
from tests.unit.adapters.email_params import (
    DATES,
    INSTANTS,
    KINDS,
    NUMBER,
    OWN_PARAMS,
    params_of,
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_names_its_number_the_partner_and_whom_to_ask(
    book: EmailRenderer, kind: str, language: str
) -> None:
    """R28: the number stands in subject and body; R6: customer service by e-mail."""
    letter = book.render(kind, language, params_of(kind))
    assert NUMBER in letter.subject
    assert "\n" not in letter.subject
    for body in (letter.text, letter.html):
        for expected in (NUMBER, "VeloTel", "Jan Kowalski", "pomoc@example.com"):
            assert expected in body
    assert "Subject:" not in letter.text
    assert letter.language == language
    assert f'<html lang="{language}">' in letter.html


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_of_a_letter_say_the_same(
    book: EmailRenderer, kind: str, language: str
) -> None:
    letter = book.render(kind, language, params_of(kind))
    body = letter.html.partition("<body>")[2].partition("</h1>")[2]
    from_html = re.sub(r"<[^>]+>", " ", body).split()
    assert from_html == [word for word in letter.text.split() if word not in ("-", ">")]


@pytest.mark.parametrize("kind", KINDS)
def test_the_three_languages_differ_in_subject_and_body(book: EmailRenderer, kind: str) -> None:
    letters = [book.render(kind, language, params_of(kind)) for language in LANGUAGES]
    assert len({letter.subject for letter in letters}) == len(LANGUAGES)
    lines = [{line for line in letter.text.splitlines() if " " in line} for letter in letters]
    shared = {f"> - {text}" for text in OWN_PARAMS[kind].get("questions", [])}
    assert lines[0] & lines[1] <= shared
    assert lines[0] & lines[2] <= shared
    assert lines[1] & lines[2] <= shared


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_that_lacks_a_value_is_not_written(
    book: EmailRenderer, kind: str, language: str
) -> None:
    complete = params_of(kind)
    for name in complete:
        lacking = {key: value for key, value in complete.items() if key != name}
        with pytest.raises(KeyError, match=name):
            book.render(kind, language, lacking)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_null_is_never_written_as_a_word(book: EmailRenderer, language: str) -> None:
    with pytest.raises(KeyError):
        book.render("withdrawn", language, params_of("withdrawn", partner_name=None))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "optional"),
    [
        ("confirmation", ("held_until", "answer_by")),
        ("information_needed", ("answer_by",)),
        ("partner_confirmed", ("due_on", "amount")),
        ("claim_not_accepted", ("last_day", "existing_ticket", "available_from")),
    ],
)
def test_a_letter_is_whole_without_the_values_that_may_be_null(
    book: EmailRenderer, language: str, kind: str, optional: tuple[str, ...]
) -> None:
    without: dict[str, Any] = dict.fromkeys(optional)
    if kind == "claim_not_accepted":
        without["reasons"] = [{"code": "no_link", "field": None}]
    letter = book.render(kind, language, params_of(kind, **without))
    assert "None" not in letter.text + letter.html
    assert "\n\n\n" not in letter.text
    assert letter.text != book.render(kind, language, params_of(kind)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_instants_and_money_are_written_as_the_language_does(
    book: EmailRenderer, language: str
) -> None:
    """R9, R33: a date that is known is named; an instant shows the clock of its own offset."""
    due = book.render("partner_confirmed", language, params_of("partner_confirmed"))
    held = book.render("confirmation", language, params_of("confirmation"))
    assert DATES[language] in due.text
    assert DATES[language] in due.html
    assert INSTANTS[language] in held.text


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("pl", "PLN", "12,50 zł"),
        ("de", "EUR", "12,50 €"),
        ("en", "EUR", "€12.50"),
        ("en", "PLN", "PLN 12.50"),
    ],
)
def test_the_amount_of_a_granted_reward_is_named(
    book: EmailRenderer, language: str, currency: str, written: str
) -> None:
    amount = {"amount": "12.50", "currency": currency}
    letter = book.render("resolved", language, params_of("resolved", amount=amount))
    assert written in letter.text
    assert written in letter.html


@pytest.mark.parametrize(("kind", "language"), [("withdrawn", "fr"), ("../layout", "pl")])
def test_an_unknown_kind_or_language_is_named(
    book: EmailRenderer, kind: str, language: str
) -> None:
    with pytest.raises(KeyError):
        book.render(kind, language, params_of("withdrawn"))
