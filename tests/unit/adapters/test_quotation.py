"""Texts of others in our e-mails are quoted visibly and contain no links."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.email.quotation import MAX_QUOTE_LENGTH, quoted, without_links
from adapters.email.renderer import EmailRenderer
from domain.partners.market import LANGUAGES

RENDERER = EmailRenderer("help@example.com")
COMMON_PARAMS = {"number": "ZW-4KQ7-P9XT-M2AB-C", "member_name": "", "partner_name": "VeloTel"}
LINK = re.compile(r"https?:|www\.|\w\.[^\W\d_]{2,}|\w@\w", re.IGNORECASE)
HOSTILE = [
    "https://evil.example/win?x=1",
    "See evil.example/now",
    "www.evil.example",
    "www.1.2",
    "mail eva@evil.example",
    "HTTP://EVIL.EXAMPLE",
    "(https://evil.example).",
    "evil。example",
    "ftp://1.2.3.4/x",
    "<a href='https://evil.example'>here</a>",
    "[here](https://evil.example)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_addresses_are_made_unclickable(text: str) -> None:
    assert not LINK.search(without_links(text)), without_links(text)
    assert without_links(without_links(text)) == without_links(text)


@pytest.mark.parametrize(
    "text",
    [
        "When was it, on 08.11.2026 at 14.30?",
        "The invoice says 1.234,56 zł, i.e. 12.50 EUR.",
        "VT-2231-9, z.B. J.R. Ewing … or none.",
        "One\nTwo: three/four; 50% & more?",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert without_links(text) == text


@given(st.text(max_size=2000))
def test_a_quotation_is_limited_and_marked_on_each_line(text: str) -> None:
    lines = quoted(text).split("\n")
    assert all(line.startswith(">") for line in lines)
    assert len(text) <= MAX_QUOTE_LENGTH or quoted(text).endswith("…")
    assert "://" not in quoted(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_partners_question_is_quoted_to_the_member(language: str) -> None:
    question = "Your invoice?\nhttps://evil.example/pay"
    params = {**COMMON_PARAMS, "claimed": [], "questions": [question], "answer_by": None}
    email = RENDERER.render("information_needed", language, params)
    assert "\n> - Your invoice?\n>   https[:]//evil[.]example/pay\n" in email.text
    assert "<blockquote>" in email.html
    assert "evil.example" not in email.text + email.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_members_text_is_quoted_to_the_partner(language: str) -> None:
    """Values whose format the form has checked are sent as they are."""
    fields = [
        {"label": "Note", "value": "pay at https://evil.example", "exact": False},
        {"label": "Friend", "value": "anna@example.com", "exact": True},
    ]
    params = {"about": "claim", "link": "https://tickets.example/x", "valid_until": "2026-12-31"}
    email = RENDERER.render(
        "partner_claim", language, {**COMMON_PARAMS, **params, "fields": fields}
    )
    assert "\n> Note: pay at https[:]//evil[.]example\n> Friend: anna@example.com\n" in email.text
    assert "evil.example" not in email.text + email.html
    assert email.html.count("<a ") == 2  # the page for the outcome, and customer service
