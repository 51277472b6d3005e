"""Signed links: a token opens one claim for one purpose until its moment, and is refused alike in
every other case.
"""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.security.signed_links import (
    MAX_TOKEN_LENGTH,
    OUTCOME,
    LinkSubject,
    sign_link,
    sign_payload,
    verify_link,
)
from domain.errors import RequestRejected

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(days=90)
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
OLD = "whsec_" + base64.b64encode(b"another secret of this length ..").decode()
NUMBER, OTHER_NUMBER = "ZW-4KQ7-P9XT-M2AB-C", "ZW-4KQ7-P9XT-M2AC-F"
SUBJECT = LinkSubject(OUTCOME, NUMBER, "kwiaciarnia")
TOKEN = sign_link(SECRET, SUBJECT, UNTIL)
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def refusal(
    token: str, secrets: str = SECRET, subject: LinkSubject = SUBJECT, now: datetime = NOW
) -> tuple[str, str | None, str]:
    """Return everything that a refusal tells."""
    with pytest.raises(RequestRejected) as caught:
        verify_link(token, secrets, subject, now)
    error = caught.value
    return str(error), error.field, error.expected


ALIKE = ("invalid_link", None, "")


def test_a_token_opens_what_it_was_made_for() -> None:
    verify_link(TOKEN, SECRET, SUBJECT, NOW)
    verify_link(TOKEN, SECRET, SUBJECT, UNTIL - timedelta(seconds=1))


def test_a_token_needs_no_quoting_in_an_address() -> None:
    assert set(TOKEN) <= {*BASE64, "."}
    assert len(TOKEN) < MAX_TOKEN_LENGTH


@pytest.mark.parametrize("content", [None, 1, "x", [], {}, [NUMBER, "kwiaciarnia"]])
def test_what_a_partner_signs_with_its_own_secret_is_refused_if_it_is_no_link(
    content: object,
) -> None:
    assert refusal(sign_payload(SECRET, OUTCOME, content, UNTIL)) == ALIKE


def test_every_single_bit_of_a_token_counts() -> None:
    raw = TOKEN.encode()
    for bit in range(len(raw) * 8):
        altered = bytearray(raw)
        altered[bit // 8] ^= 1 << bit % 8
        assert refusal(altered.decode("latin-1")) == ALIKE, bit
        assert refusal(bytes(altered).decode("utf-8", "surrogateescape")) == ALIKE, bit


def test_every_other_letter_at_every_place_is_refused() -> None:
    """Also the last one, whose last bits no decoder looks at."""
    for place in range(len(TOKEN)):
        for letter in BASE64 + ".= \n":
            altered = TOKEN[:place] + letter + TOKEN[place + 1 :]
            if altered != TOKEN:
                assert refusal(altered) == ALIKE, (place, letter)


def test_a_letter_more_or_less_is_refused() -> None:
    for place in range(len(TOKEN) + 1):
        for letter in ("A", "=", ".", " ", "\n", "!", "é"):
            assert refusal(TOKEN[:place] + letter + TOKEN[place:]) == ALIKE, (place, letter)
        if place < len(TOKEN):
            assert refusal(TOKEN[:place] + TOKEN[place + 1 :]) == ALIKE, place
            assert refusal(TOKEN[:place]) == ALIKE


@given(st.text())
def test_any_text_is_refused_alike(text: str) -> None:
    assert refusal(text) == ALIKE


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_an_expired_token_is_refused(late: timedelta) -> None:
    assert refusal(TOKEN, now=UNTIL + late) == ALIKE


@pytest.mark.parametrize(
    "subject",
    [
        SUBJECT._replace(number=OTHER_NUMBER),
        SUBJECT._replace(partner_id="velotel"),
        SUBJECT._replace(purpose="form"),
        SUBJECT._replace(purpose=""),
    ],
)
def test_a_token_for_another_ticket_partner_or_purpose_is_refused(subject: LinkSubject) -> None:
    assert refusal(TOKEN, subject=subject) == ALIKE
    assert refusal(sign_link(SECRET, subject, UNTIL)) == ALIKE


def test_a_token_under_another_secret_is_refused() -> None:
    assert refusal(TOKEN, secrets=OLD) == ALIKE
    assert refusal(TOKEN, secrets="") == ALIKE


def test_while_secrets_rotate_both_are_good_and_the_newest_signs() -> None:
    before, after = sign_link(OLD, SUBJECT, UNTIL), sign_link(f"{SECRET} {OLD}", SUBJECT, UNTIL)
    for token in (before, after):
        verify_link(token, f"{SECRET} {OLD}", SUBJECT, NOW)
    assert after == TOKEN
    assert refusal(before, secrets=SECRET) == ALIKE


def test_a_token_as_long_as_a_book_is_refused_before_it_is_read() -> None:
    assert refusal(TOKEN + "A" * 10_000_000) == ALIKE
