"""Words of people are cleaned before they are judged, at every door in the same way."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tickets.messages.commands import Decision
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.order_key import normalize_order_number
from domain.values.text_cleaning import clean_line, clean_text, to_single_line

UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u061c\u202e\u2066\ufe0f\u034f\u3164"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2043"
SPACES = "\t\u00a0\u2002\u2007\u2009\u202f\u205f\u3000\u2800"
LINE_ENDS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize(("seen", "spelt"), [("", UNSEEN), ("-", DASHES), (" ", SPACES)])
def test_what_looks_like_nothing_a_dash_or_a_space_is_one(seen: str, spelt: str) -> None:
    assert {clean_line(f"VT{one}9") for one in spelt} == {f"VT{seen}9"}
    assert {clean_text(f"VT{one}9") for one in spelt} == {f"VT{seen}9"}


@pytest.mark.parametrize("end", LINE_ENDS)
def test_free_text_keeps_its_lines_and_other_words_have_one(end: str) -> None:
    assert clean_text(f" a {end}{end}b\u200b{end}") == "a\n\nb"
    assert clean_line(f" a{end}b{end}") == "a b"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    for clean in (clean_line, clean_text):
        assert clean(clean(text)) == clean(text)
    assert len(clean_line(text).splitlines()) <= 1
    assert len(to_single_line(text).splitlines()) <= 1


def test_words_of_partners_and_agents_are_kept_cleaned() -> None:
    """By whatever door they came."""
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


def test_a_note_of_nothing_but_what_nobody_sees_says_nothing() -> None:
    with pytest.raises(ValueError, match="a decision says why"):
        Decision(request_id="r", actor="a", outcome="confirmed", note="\u200b\u2060")


PILES = (
    "a" + "\u0301\u0327" * 60_000,
    "\u0f71\u0f72" * 60_000,
    "\u0f73\u0301" * 60_000,
    "\uff9e\u0301" * 60_000,
    ("a" + "\u0301\u0327" * 15 + "\u034f") * 1_000,
    ("\u0301\u0327" * 15 + "\u034f") * 4_000,
    ("\u0301\u0327" * 15 + "\u200b") * 4_000,
)


@pytest.mark.parametrize("pile", PILES, ids=range(len(PILES)))
def test_marks_piled_on_one_letter_take_no_time(pile: str) -> None:
    began = time.perf_counter()
    once = clean_line(pile)
    assert clean_line(once) == once
    normalize_order_number(pile)
    assert time.perf_counter() - began < 2


def test_a_letter_keeps_its_marks() -> None:
    assert clean_line("Z\u0307o\u0301\u0142w\u0301 \u1ea5") == "\u017b\u00f3\u0142\u1e83 \u1ea5"
