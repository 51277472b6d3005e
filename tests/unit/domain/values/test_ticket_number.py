"""Ticket numbers: derived, tolerant of spelling, protected by a check character (R27, R29)."""

import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import RequestRejected
from domain.values.ticket_number import ALPHABET, derive_number, parse_number

NUMBERS = st.builds(derive_number, st.text(max_size=20), st.text(max_size=20))
SPELLINGS = {"0": "0Oo", "1": "1IiLl"}


def symbols_of(number: str) -> str:
    """The thirteen symbols without prefix and dashes."""
    return number.replace("-", "")[2:]


def is_refused(text: str) -> bool:
    """Whether `text` is refused as an unknown number."""
    try:
        parse_number(text)
    except RequestRejected as refused:
        return refused.code == "unknown_number" and refused.field == "number"
    return False


@given(NUMBERS)
def test_a_number_has_the_documented_form(number: str) -> None:
    """R27: `ZW-` and thirteen symbols, grouped for reading aloud."""
    symbol = f"[{ALPHABET}]"
    assert re.fullmatch(f"ZW-{symbol}{{4}}-{symbol}{{4}}-{symbol}{{4}}-{symbol}", number)


def test_the_alphabet_is_crockfords() -> None:
    assert ALPHABET == "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(st.text(), st.text())
def test_the_same_request_gets_the_same_number_again(account: str, key: str) -> None:
    assert derive_number(account, key) == derive_number(account, key)


def test_a_number_never_changes_between_versions() -> None:
    """R29: e-mails show the number for years, so its derivation is permanent."""
    assert derive_number("acc-1001", "req-1") == "ZW-MHRP-01J1-6KZ9-4"


@pytest.mark.parametrize(
    ("one", "other"),
    [(("ab", "c"), ("a", "bc")), (("a", "b"), ("b", "a")), (("1:a", "b"), ("1", ":ab"))],
)
def test_another_account_or_key_is_another_number(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert derive_number(*one) != derive_number(*other)


def test_ten_thousand_requests_get_ten_thousand_numbers() -> None:
    assert len({derive_number("acc", str(key)) for key in range(10_000)}) == 10_000


@settings(max_examples=20)
@given(NUMBERS)
def test_every_single_wrong_character_is_detected(number: str) -> None:
    """R27, R29: at each of the thirteen places, each of the other symbols."""
    symbols = symbols_of(number)
    wrong = [
        symbols[:place] + other + symbols[place + 1 :]
        for place in range(13)
        for other in ALPHABET + "U!é"
        if other != symbols[place]
    ]
    assert [text for text in wrong if not is_refused(f"ZW-{text}")] == []


@settings(max_examples=50)
@given(NUMBERS)
def test_every_swap_of_two_neighbours_is_detected(number: str) -> None:
    """R27, R29: also of the last symbol with the check character."""
    whole = "ZW" + symbols_of(number)
    swapped = [
        whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
        for place in range(14)
        if whole[place] != whole[place + 1]
    ]
    assert [text for text in swapped if not is_refused(text)] == []


@settings(max_examples=50)
@given(NUMBERS)
def test_every_lost_or_doubled_character_is_detected(number: str) -> None:
    symbols = symbols_of(number)
    lost = [symbols[:place] + symbols[place + 1 :] for place in range(13)]
    doubled = [symbols[: place + 1] + symbols[place:] for place in range(13)]
    assert [text for text in lost + doubled if not is_refused(text)] == []


@given(NUMBERS, st.data())
def test_a_number_is_parsed_from_every_usual_spelling(number: str, data: st.DataObject) -> None:
    """R29: case, spaces, dashes, O for 0, I and L for 1 do not matter."""
    written = ""
    for symbol in symbols_of(number):
        written += data.draw(st.sampled_from(SPELLINGS.get(symbol, symbol + symbol.lower())))
        written += data.draw(st.sampled_from(["", " ", "-", " - ", "\u00a0", "–"]))
    prefix = data.draw(st.sampled_from(["ZW-", "zw ", "ZW", "z w-", ""]))
    assert parse_number(f"  {prefix}{written}\n") == number


@pytest.mark.parametrize(
    "text", ["", "ZW", "ZW-", "-", "\ud800", "ZW-4KQ7-P9XT-M2AB", "ZWZW" * 4, "0" * 10_000]
)
def test_a_malformed_number_is_refused_with_its_code(text: str) -> None:
    assert is_refused(text)


@pytest.mark.parametrize("mark", ["\u0300", "\u0323\u0301", "\U0001d165", "\u0f71"])
def test_a_text_of_many_combining_marks_is_refused_at_once(mark: str) -> None:
    """R29: their normalization takes quadratic time; for a megabyte, hours."""
    text = "ZW-4KQ7-P9XT-M2AB-C" + mark * 1_000_000
    started_at = process_time()
    assert is_refused(text)
    assert is_refused("a" + mark * 60)
    assert process_time() - started_at < 0.5


@given(st.text())
def test_parsing_raises_no_other_error_than_the_refusal(text: str) -> None:
    assert is_refused(text) or re.fullmatch(r"ZW(-\w{4}){3}-\w", parse_number(text))
