"""Hostile text in e-mails is literal, escaped, and cannot break the layout."""

import re

import pytest

from adapters.email.locale_renderer import RenderedEmail
from adapters.email.renderer import EmailRenderer
from domain.partners.market import LANGUAGES
from tests.unit.adapters.email_params import HOSTILE, KINDS, params_of


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
