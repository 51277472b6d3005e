"""Signed links: a token is valid for one ticket, purpose and time, and every other token is
refused with the same error.
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
EXPIRES_AT = NOW + timedelta(days=90)
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"another secret of this length ..").decode()
NUMBER, OTHER_NUMBER = "ZW-4KQ7-P9XT-M2AB-C", "ZW-4KQ7-P9XT-M2AC-F"
SUBJECT = LinkSubject(OUTCOME, NUMBER, "kwiaciarnia")
TOKEN = sign_link(SECRET, SUBJECT, EXPIRES_AT)
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def refusal(
    token: str, secrets: str = SECRET, subject: LinkSubject = SUBJECT, now: datetime = NOW
) -> tuple[str, str | None, str]:
    """Return everything that a refusal contains."""
    with pytest.raises(RequestRejected) as caught:
        verify_link(token, secrets, subject, now)
    error = caught.value
    return str(error), error.field, error.expected


REFUSAL = ("invalid_link", None, "")


def test_a_token_is_valid_for_its_subject_until_it_expires() -> None:
    verify_link(TOKEN, SECRET, SUBJECT, NOW)
    verify_link(TOKEN, SECRET, SUBJECT, EXPIRES_AT - timedelta(seconds=1))


def test_a_token_needs_no_escaping_in_a_url() -> None:
    assert set(TOKEN) <= {*BASE64, "."}
    assert len(TOKEN) < MAX_TOKEN_LENGTH


@pytest.mark.parametrize("content", [None, 1, "x", [], {}, [NUMBER, "kwiaciarnia"]])
def test_signed_content_that_is_no_link_is_refused(
    content: object,
) -> None:
    assert refusal(sign_payload(SECRET, OUTCOME, content, EXPIRES_AT)) == REFUSAL


def test_a_token_with_any_changed_bit_is_refused() -> None:
    raw = TOKEN.encode()
    for bit in range(len(raw) * 8):
        altered = bytearray(raw)
        altered[bit // 8] ^= 1 << bit % 8
        assert refusal(altered.decode("latin-1")) == REFUSAL, bit
        assert refusal(bytes(altered).decode("utf-8", "surrogateescape")) == REFUSAL, bit


def test_a_token_with_any_changed_character_is_refused() -> None:
    """Also the last one, whose last bits a decoder ignores."""
    for position in range(len(TOKEN)):
        for character in BASE64 + ".= \n":
            altered = TOKEN[:position] + character + TOKEN[position + 1 :]
            if altered != TOKEN:
                assert refusal(altered) == REFUSAL, (position, character)


def test_a_token_with_a_character_more_or_less_is_refused() -> None:
    for position in range(len(TOKEN) + 1):
        for character in ("A", "=", ".", " ", "\n", "!", "é"):
            assert refusal(TOKEN[:position] + character + TOKEN[position:]) == REFUSAL, (
                position,
                character,
            )
        if position < len(TOKEN):
            assert refusal(TOKEN[:position] + TOKEN[position + 1 :]) == REFUSAL, position
            assert refusal(TOKEN[:position]) == REFUSAL


@given(st.text())
def test_any_text_is_refused_with_the_same_error(text: str) -> None:
    assert refusal(text) == REFUSAL


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_an_expired_token_is_refused(late: timedelta) -> None:
    assert refusal(TOKEN, now=EXPIRES_AT + late) == REFUSAL


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
    assert refusal(TOKEN, subject=subject) == REFUSAL
    assert refusal(sign_link(SECRET, subject, EXPIRES_AT)) == REFUSAL


def test_a_token_under_another_secret_is_refused() -> None:
    assert refusal(TOKEN, secrets=OLD_SECRET) == REFUSAL
    assert refusal(TOKEN, secrets="") == REFUSAL


def test_during_a_rotation_both_secrets_are_valid_and_the_newest_signs() -> None:
    before, after = (
        sign_link(OLD_SECRET, SUBJECT, EXPIRES_AT),
        sign_link(f"{SECRET} {OLD_SECRET}", SUBJECT, EXPIRES_AT),
    )
    for token in (before, after):
        verify_link(token, f"{SECRET} {OLD_SECRET}", SUBJECT, NOW)
    assert after == TOKEN
    assert refusal(before, secrets=SECRET) == REFUSAL


def test_a_token_of_excessive_length_is_refused() -> None:
    assert refusal(TOKEN + "A" * 10_000_000) == REFUSAL
