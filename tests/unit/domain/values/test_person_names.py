"""Names and languages of members: invalid ones are left out, so no name carries a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claims.claim import Contact
from domain.values.person_names import MAX_NAME_LENGTH, parse_language_tag, parse_person_name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Jan Kowalski", "Jan Kowalski"),
        ("  Żółć\u00a0 Łucja\n", "Żółć Łucja"),
        ("J.R.R. Tolkien, PhD", "J.R.R. Tolkien, PhD"),
        ("Anna\u2013Maria d’Arc (Junior)", "Anna-Maria d’Arc (Junior)"),
        ("नरेंद्र मोदी", "नरेंद्र मोदी"),
        ("محمد", "محمد"),
        ("Ja\u200bn\u202e", "Jan"),
        ("\uff2aan", "Jan"),
    ],
)
def test_a_valid_name_is_stored_cleaned(raw: str, name: str) -> None:
    assert parse_person_name(raw) == name


@pytest.mark.parametrize(
    "raw",
    [
        "Win a prize at evil.com",
        "https://evil.example/win",
        "www evil",
        "t.co",
        "evil。com",
        "evil\uff0e\uff43\uff4f\uff4d",
        "ev\u200bil.c\u200bom",
        "jan@example.com",
        "192.168.0.1",
        "Jan\r\nBcc: eva@example.com",
        "<b>Jan</b>",
        "[Jan](x)",
        "Jan " * 26,
        "x" * 2000,
        "…",
        "12345",
        "",
        None,
        5,
        ["Jan"],
    ],
)
def test_an_invalid_name_is_left_out(raw: object) -> None:
    assert parse_person_name(raw) == ""


@given(st.text(max_size=300))
def test_no_name_is_long_or_a_link(raw: str) -> None:
    name = parse_person_name(raw)
    assert len(name) <= MAX_NAME_LENGTH
    assert not set("@:/\\<>[]\r\n\u202e") & set(name)
    assert parse_person_name(name) == name


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("pl", "pl"),
        ("PL", "pl"),
        ("pl-PL", "pl"),
        ("pl_PL", "pl"),
        (" pl ", "pl"),
        ("de_AT.UTF-8", "de"),
        ("", None),
        ("p", None),
        ("Polish", None),
        ("-pl", None),
        (None, None),
        (5, None),
        ({}, None),
    ],
)
def test_the_first_part_of_a_language_tag_is_the_language(
    tag: object, language: str | None
) -> None:
    assert parse_language_tag(tag) == language


def test_an_invalid_name_or_language_does_not_make_a_contact_invalid() -> None:
    contact = Contact.model_validate({"email": "jan@example.com", "name": 5, "language": ["pl"]})
    assert contact == Contact(email="jan@example.com", name="", language=None)
    absent = Contact.model_validate({"email": None, "name": None, "language": None})
    assert absent == Contact()
