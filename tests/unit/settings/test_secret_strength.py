"""Secrets: weak or shared ones are refused, and none is ever shown."""

import base64
import secrets as random_secrets

import pytest

from domain.errors import InvalidConfiguration
from local.stack.profiles import generate_secret
from settings.secret_strength import decode_webhook_secret, find_shared_secret, is_weak
from settings.secrets import partner_secrets, reject_shared_secrets, with_secret_files
from tests.support.builders import a_profile

ONE, OTHER, THIRD = (generate_secret() for _ in range(3))


def a_partner(partner_id: str, secret: str) -> object:
    return a_profile(
        id=partner_id,
        channel={"kind": "http", "address": "https://partner.example/claims", "secret": secret},
    )


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"\x00" * 32,
        b"a" * 40,
        b"abc" * 16,
        b"0123456789abcdef0123456789abcdef",
        b"abcdefghijklmnopqrstuvwxyz012345",
        b"zyxwvutsrqponmlkjihgfedcba987654",
        bytes(range(32)),
        b"this is our secret, do not tell!",
        b"Password-of-the-Tickets-1-2-3-xyz",
        b"change-me-before-you-go-live-pls!",
        b"aab" * 5 + b"aba" * 6,
    ],
)
def test_a_key_that_can_be_guessed_is_weak(key: bytes) -> None:
    assert is_weak(key)


def test_hexadecimal_digits_that_make_a_short_sequence_are_strong() -> None:
    assert not is_weak(b"cec42eb8f48388b4729fcabcdef4fa39")
    assert not is_weak(b"9123459f0c7de83b6a1700000f4b2d8e")


def test_random_keys_are_strong() -> None:
    for _ in range(300):
        assert not is_weak(random_secrets.token_bytes(24))
        assert not is_weak(random_secrets.token_hex(16).encode())


def test_a_webhook_secret_of_a_weak_key_is_refused_in_any_spelling() -> None:
    weak = "whsec_" + base64.b64encode(b"\x07" * 32).decode()
    assert decode_webhook_secret(weak)
    with pytest.raises(InvalidConfiguration, match="TICKETS_PARTNER_SECRET_VELOTEL") as caught:
        partner_secrets([a_profile()], {"TICKETS_PARTNER_SECRET_VELOTEL": f"{ONE} {weak}"})
    assert weak not in str(caught.value)


def test_two_partners_cannot_name_the_same_secret() -> None:
    both = [
        a_partner("velotel", "TICKETS_PARTNER_SECRET_A"),
        a_partner("fernweh", "TICKETS_PARTNER_SECRET_A"),
    ]
    with pytest.raises(InvalidConfiguration) as caught:
        partner_secrets(both, {"TICKETS_PARTNER_SECRET_A": ONE})  # type: ignore[arg-type]
    assert (caught.value.file, caught.value.key) == ("fernweh.toml", "channel.secret")
    assert "velotel" in caught.value.expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ONE, ONE),
        (f"{OTHER} {ONE}", f"{ONE} {THIRD}"),
        (ONE, ONE.removeprefix("whsec_")),
        (ONE, ONE.rstrip("=")),
        (ONE.removeprefix("whsec_"), f"{THIRD} {ONE}"),
    ],
)
def test_a_secret_cannot_be_shared_by_two_settings(one: str, other: str) -> None:
    """Neither during a rotation nor in another spelling."""
    assert find_shared_secret({"A": one, "B": other, "C": THIRD + "x"}) == ("A", "B")
    with pytest.raises(InvalidConfiguration) as caught:
        reject_shared_secrets({"NOT_SET": None, "A": one, "B": other})
    assert caught.value.key == "B"
    assert "those of A" in caught.value.expected
    assert ONE.removeprefix("whsec_")[:8] not in str(caught.value)


def test_separate_secrets_are_accepted() -> None:
    assert find_shared_secret({"A": f"{ONE} {OTHER}", "B": THIRD}) is None
    reject_shared_secrets({"A": None, "B": None, "C": ONE})


def test_only_secrets_are_loaded_from_files() -> None:
    settings = {"TICKETS_PARTNERS_DIR_FILE": "/nowhere", "PATH_FILE": "/nowhere"}
    assert with_secret_files(settings) == settings
