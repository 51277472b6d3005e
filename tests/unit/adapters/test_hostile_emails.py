"""Hostile text in e-mails is literal, escaped, and cannot break the layout."""

import re

import pytest

from adapters.email.locale_renderer import RenderedEmail
from adapters.email.renderer import EmailRenderer
from domain.partners.market import LANGUAGES
from tests.support.email_params import HOSTILE, KINDS, params_of


def hostile_email(renderer: EmailRenderer, kind: str, language: str, text: str) -> RenderedEmail:
    own = {"questions": [text]} if kind == "information_needed" else {}
    return renderer.render(
        kind, language, params_of(kind, member_name=text, partner_name=text, **own)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_is_literal_in_text_and_escaped_in_html(
    renderer: EmailRenderer, kind: str, language: str
) -> None:
    email = hostile_email(renderer, kind, language, HOSTILE)
    assert HOSTILE in email.text
    assert "<script" not in email.html
    assert "&lt;script&gt;" in email.html
    assert "{{7*7}}" in email.html
    assert "ż" * 2000 in email.html


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_cannot_break_the_layout(renderer: EmailRenderer, kind: str) -> None:
    name = "Jan\r\n\r\nSubject: \x1b[31mpaid\x00\u2028\u202eeno\x85x\ud800\ty"
    email = hostile_email(renderer, kind, "en", name)
    cleaned = "Jan  Subject: [31mpaid eno x\ty"
    assert email.text.startswith(f"Hello {cleaned},\n")
    assert "\n" not in email.subject
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800]", email.text)
    email.text.encode()


def test_the_lines_of_a_question_stay_inside_its_list_item(renderer: EmailRenderer) -> None:
    params = params_of("information_needed", questions=["One?\nTicket number (ID): no", "Two?"])
    email = renderer.render("information_needed", "en", params)
    assert "\n> - One?\n>   Ticket number (ID): no\n> - Two?\n\n" in email.text


def test_an_email_loads_no_external_content(renderer: EmailRenderer) -> None:
    for kind in KINDS:
        html = renderer.render(kind, "pl", params_of(kind)).html
        assert not re.search(r"https?:|//|src=|url\(|@import|<script|<img|<link", html)
        assert re.findall(r'href="([^"]*)"', html) == ["mailto:pomoc@example.com"]
