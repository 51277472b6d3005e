"""Texts of people are cleaned before they are checked, in the same way for every channel."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tickets.messages.commands import Decision
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.order_key import normalize_order_number
from domain.values.text_cleaning import clean_line, clean_text, to_single_line

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u061c\u202e\u2066\ufe0f\u034f\u3164"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2043"
SPACES = "\t\u00a0\u2002\u2007\u2009\u202f\u205f\u3000\u2800"
LINE_ENDS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize(("cleaned", "characters"), [("", INVISIBLE), ("-", DASHES), (" ", SPACES)])
def test_invisible_characters_dashes_and_spaces_are_normalized(
    cleaned: str, characters: str
) -> None:
    assert {clean_line(f"VT{character}9") for character in characters} == {f"VT{cleaned}9"}
    assert {clean_text(f"VT{character}9") for character in characters} == {f"VT{cleaned}9"}


@pytest.mark.parametrize("end", LINE_ENDS)
def test_free_text_keeps_its_lines_and_other_text_has_one(end: str) -> None:
    assert clean_text(f" a {end}{end}b\u200b{end}") == "a\n\nb"
    assert clean_line(f" a{end}b{end}") == "a b"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    for clean in (clean_line, clean_text):
        assert clean(clean(text)) == clean(text)
    assert len(clean_line(text).splitlines()) <= 1
    assert len(to_single_line(text).splitlines()) <= 1


def test_texts_of_partners_and_agents_are_stored_cleaned() -> None:
    fields = {"outcome_id": "evt-1", "partner_id": "velotel", "number": "ZW-1"}
    outcome = PartnerOutcome.model_validate(
        fields
        | {
            "outcome": "rejected",
            "note": " nie\u200bma\r\n\u2014 ok\u00a0",
            "questions": ["\uff36T?"],
        }
    )
    assert (outcome.note, outcome.questions) == ("niema\n- ok", ("VT?",))
    decision = Decision(request_id="r", actor="a", outcome="confirmed", note="\u201324\u00ad")
    assert decision.note == "-24"


def test_a_note_of_invisible_characters_is_empty() -> None:
    with pytest.raises(ValueError, match="every decision has a reason"):
        Decision(request_id="r", actor="a", outcome="confirmed", note="\u200b\u2060")


STACKED_MARKS = (
    "a" + "\u0301\u0327" * 60_000,
    "\u0f71\u0f72" * 60_000,
    "\u0f73\u0301" * 60_000,
    "\uff9e\u0301" * 60_000,
    ("a" + "\u0301\u0327" * 15 + "\u034f") * 1_000,
    ("\u0301\u0327" * 15 + "\u034f") * 4_000,
    ("\u0301\u0327" * 15 + "\u200b") * 4_000,
)


@pytest.mark.parametrize("text", STACKED_MARKS, ids=range(len(STACKED_MARKS)))
def test_text_with_many_combining_marks_is_cleaned_in_linear_time(text: str) -> None:
    started_at = time.process_time()
    once = clean_line(text)
    assert clean_line(once) == once
    normalize_order_number(text)
    assert time.process_time() - started_at < 2


def test_combining_marks_are_composed_and_not_removed() -> None:
    assert clean_line("Z\u0307o\u0301\u0142w\u0301 \u1ea5") == "\u017b\u00f3\u0142\u1e83 \u1ea5"
