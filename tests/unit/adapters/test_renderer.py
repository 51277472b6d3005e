"""Letters and phrases: every one in every language, strict, and safe with hostile text."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters.email.locale_renderer import TEMPLATES, RenderedEmail
from adapters.email.renderer import EmailRenderer

LANGUAGES = ("pl", "de", "en")
NUMBER = "ZW-4KQ7-P9XT-M2AB-C"
STANDING = "ZW-9999-P9XT-M2AB-D"
EVERY_LETTER = {"number": NUMBER, "partner_name": "VeloTel", "member_name": "Jan Kowalski"}
AMOUNT = {"amount": "12.50", "currency": "PLN"}
INSTANT = "2026-11-30T14:05:00+01:00"
OWN_PARAMS: dict[str, dict[str, Any]] = {
    "confirmation": {"held_until": INSTANT, "answer_by": "2026-12-14"},
    "information_needed": {"questions": ["When?", "Where?"], "answer_by": "2026-11-30"},
    "partner_confirmed": {"due_on": "2026-11-30", "amount": AMOUNT},
    "rejected": {"reason_code": "order_not_found"},
    "resolved": {"amount": AMOUNT},
    "reward_registered": {},
    "withdrawn": {},
    "claim_not_accepted": {
        "reasons": [
            {"code": "too_early", "field": None},
            {"code": "incomplete", "field": "order_number", "expected": "required"},
            {"code": "duplicate", "field": None},
            {"code": "too_late", "field": None},
        ],
        "available_from": INSTANT,
        "last_day": "2026-12-31",
        "existing_ticket": STANDING,
    },
}
KINDS = tuple(OWN_PARAMS)
DATES = {"pl": "30 listopada 2026", "de": "30. November 2026", "en": "30 November 2026"}
INSTANTS = {
    "pl": "30 listopada 2026, godz. 14:05",
    "de": "30. November 2026 um 14:05 Uhr",
    "en": "30 November 2026 at 14:05",
}
CODES = {
    "codes": (
        "unknown_partner partner_takes_no_claims no_link link_does_not_fit reward_granted "
        "reward_invalid reward_not_rejected reward_registered order_in_future too_late incomplete "
        "duplicate too_many_claims too_early key_reused malformed"
    ),
    "rejections": (
        "order_not_found order_cancelled order_returned not_new_customer terms_not_met "
        "already_rewarded no_answer other"
    ),
    "expected": (
        "required malformed_pattern order_letters malformed_date malformed_number ambiguous_number "
        "several_numbers malformed_email unreachable_email too_long "
        "not_text not_an_option date_in_future another_order unclear"
    ),
}
CODE_PARAMS = {
    "too_early": {"available_from": INSTANT},
    "too_many_claims": {"available_from": INSTANT},
    "too_late": {"last_day": "2026-11-30"},
    "duplicate": {"existing_ticket": STANDING},
    "incomplete": {"field": "Order number", "expected": "this field is required."},
}
HOSTILE = "<script>alert('x')</script> {{7*7}} {% raw %} & \"q\" " + "ż" * 2000


@pytest.fixture(scope="module")
def book() -> EmailRenderer:
    return EmailRenderer("pomoc@example.com")


def read_phrases(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((TEMPLATES / f"phrases.{language}.toml").read_text(encoding="utf-8"))


def params_of(kind: str, **other: Any) -> dict[str, Any]:
    return {**EVERY_LETTER, **OWN_PARAMS[kind], **other}


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


def hostile_letter(book: EmailRenderer, kind: str, language: str, text: str) -> RenderedEmail:
    own = {"questions": [text]} if kind == "information_needed" else {}
    return book.render(kind, language, params_of(kind, member_name=text, partner_name=text, **own))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_words_are_literal_in_text_and_escaped_in_html(
    book: EmailRenderer, kind: str, language: str
) -> None:
    letter = hostile_letter(book, kind, language, HOSTILE)
    assert HOSTILE in letter.text
    assert "<script" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "{{7*7}}" in letter.html
    assert "ż" * 2000 in letter.html


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_cannot_break_the_layout(book: EmailRenderer, kind: str) -> None:
    name = "Jan\r\n\r\nSubject: \x1b[31mpaid\x00\u2028\u202eeno\x85x\ud800\ty"
    letter = hostile_letter(book, kind, "en", name)
    tame = "Jan  Subject: [31mpaid eno x\ty"
    assert letter.text.startswith(f"Hello {tame},\n")
    assert "\n" not in letter.subject
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800]", letter.text)
    letter.text.encode()


def test_a_question_keeps_its_lines_inside_its_own_item(book: EmailRenderer) -> None:
    params = params_of("information_needed", questions=["One?\nTicket number (ID): no", "Two?"])
    letter = book.render("information_needed", "en", params)
    assert "\n> - One?\n>   Ticket number (ID): no\n> - Two?\n\n" in letter.text


def test_a_letter_loads_nothing_from_elsewhere(book: EmailRenderer) -> None:
    for kind in KINDS:
        html = book.render(kind, "pl", params_of(kind)).html
        assert not re.search(r"https?:|//|src=|href=|url\(|@import|<script|<img|<link", html)


def test_every_language_has_the_same_letters_and_they_use_the_same_values() -> None:
    def values(path: Path) -> set[str]:
        return set(re.findall(r"\{[{%][^}]*\}", path.read_text(encoding="utf-8")))

    kinds = (*KINDS, "partner_claim")  # the last one: tests/unit/test_partner_letters.py
    expected = {f"{kind}.{ending}" for kind in kinds for ending in ("txt", "html")}
    for language in LANGUAGES:
        assert {path.name for path in (TEMPLATES / language).iterdir()} == expected
        for name in expected:
            assert values(TEMPLATES / language / name) == values(TEMPLATES / "pl" / name)


def test_every_language_has_the_same_phrases_with_the_same_values() -> None:
    def shape(language: str) -> dict[str, dict[str, list[str]]]:
        return {
            section: {code: sorted(re.findall(r"\{\w+\}", text)) for code, text in texts.items()}
            for section, texts in read_phrases(language).items()
        }

    assert shape("pl") == shape("de") == shape("en")


@pytest.mark.parametrize("section", CODES)
def test_every_code_has_a_phrase_in_every_language(book: EmailRenderer, section: str) -> None:
    codes = CODES[section].split()
    assert set(codes) == set(read_phrases("en")[section])
    for code in codes:
        given = CODE_PARAMS.get(code, {})
        said = [book.translate(language, section, code, **given) for language in LANGUAGES]
        assert all("{" not in text for text in said)
        if code != "incomplete":
            assert len(set(said)) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODE_PARAMS)
def test_a_phrase_that_lacks_a_value_is_not_said(
    book: EmailRenderer, language: str, code: str
) -> None:
    for name in CODE_PARAMS[code]:
        lacking = {key: value for key, value in CODE_PARAMS[code].items() if key != name}
        with pytest.raises(KeyError, match=name):
            book.translate(language, "codes", code, **lacking)
        with pytest.raises(KeyError, match=name):
            book.translate(language, "codes", code, **lacking, **{name: None})


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_write_dates_out_and_name_the_service_address(
    book: EmailRenderer, language: str
) -> None:
    """R4-R6, R9, R35: the address, the moment and the last day stand in the phrase."""
    early = book.translate(language, "codes", "too_early", available_from=INSTANT)
    late = book.translate(language, "codes", "too_late", last_day="2026-11-30")
    assert INSTANTS[language] in early
    assert DATES[language] in late
    assert "pomoc@example.com" in book.translate(language, "codes", "reward_granted")


def test_a_value_in_a_phrase_is_not_read_as_a_phrase(book: EmailRenderer) -> None:
    said = book.translate("en", "codes", "incomplete", field="{support_email}\nx", expected="{0}")
    assert said == "{support_email} x: {0}"


@pytest.mark.parametrize(("kind", "language"), [("withdrawn", "fr"), ("../layout", "pl")])
def test_an_unknown_kind_or_language_is_named(
    book: EmailRenderer, kind: str, language: str
) -> None:
    with pytest.raises(KeyError):
        book.render(kind, language, params_of("withdrawn"))
