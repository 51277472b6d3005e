"""Words of others in letters that we sign: theirs by their looks, and nothing in them is a link."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.email.quotation import MAX_QUOTE_LENGTH, quoted, without_links
from adapters.email.renderer import EmailRenderer
from domain.partners.market import LANGUAGES

BOOK = EmailRenderer("help@example.com")
EVERY = {"number": "ZW-4KQ7-P9XT-M2AB-C", "member_name": "", "partner_name": "VeloTel"}
LINKED = re.compile(r"https?:|www\.|\w\.[^\W\d_]{2,}|\w@\w", re.IGNORECASE)
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
def test_what_looks_like_an_address_is_no_link(text: str) -> None:
    assert not LINKED.search(without_links(text)), without_links(text)
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
def test_other_words_stay_as_they_are(text: str) -> None:
    assert without_links(text) == text


@given(st.text(max_size=2000))
def test_a_quotation_is_bounded_and_marked_on_each_line(text: str) -> None:
    lines = quoted(text).split("\n")
    assert all(line.startswith(">") for line in lines)
    assert len(text) <= MAX_QUOTE_LENGTH or quoted(text).endswith("…")
    assert "://" not in quoted(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_partners_question_is_quoted_to_the_member(language: str) -> None:
    asked = "Your invoice?\nhttps://evil.example/pay"
    params = {**EVERY, "questions": [asked], "answer_by": None}
    letter = BOOK.render("information_needed", language, params)
    assert "\n> - Your invoice?\n>   https[:]//evil[.]example/pay\n" in letter.text
    assert "<blockquote>" in letter.html
    assert "evil.example" not in letter.text + letter.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_members_words_are_quoted_to_the_partner(language: str) -> None:
    """Values of a form that has checked them go out as they are."""
    fields = [
        {"label": "Note", "value": "pay at https://evil.example", "exact": False},
        {"label": "Friend", "value": "anna@example.com", "exact": True},
    ]
    about = {"about": "claim", "link": "https://tickets.example/x", "valid_until": "2026-12-31"}
    letter = BOOK.render("partner_claim", language, {**EVERY, **about, "fields": fields})
    assert "\n> Note: pay at https[:]//evil[.]example\n> Friend: anna@example.com\n" in letter.text
    assert "evil.example" not in letter.text + letter.html
    assert letter.html.count("<a ") == 1
