"""Channels in partner files: three kinds, each with separate keys."""

from pathlib import Path
from typing import Any

import pytest

from adapters.files.partner_profiles import load_profiles
from tests.support.partner_files import VALID_PROFILE, configuration_error, write_profile

ROOT = Path(__file__).resolve().parents[3]


def test_an_unknown_kind_of_channel_is_refused_with_the_known_kinds(
    tmp_path: Path,
) -> None:
    for kind in ({"kind": "fax"}, {}):
        write_profile(tmp_path, VALID_PROFILE | {"channel": kind})
        error = configuration_error(tmp_path)
        assert (error.key, error.expected) == ("channel.kind", "expected one of http, email, csv")


@pytest.mark.parametrize(
    ("channel", "known"),
    [
        ({"kind": "csv", "xyz": 1}, "requests_per_second, concurrency, timeout_seconds, kind"),
        (
            {
                "kind": "email",
                "address": "a@b.example",
                "secret": "TICKETS_PARTNER_SECRET_SHOP",
                "xyz": 1,
            },
            "kind, address, secret, link_validity",
        ),
    ],
)
def test_each_kind_of_channel_has_separate_keys(
    tmp_path: Path, channel: dict[str, Any], known: str
) -> None:
    write_profile(tmp_path, VALID_PROFILE | {"channel": channel})
    error = configuration_error(tmp_path)
    assert error.key == "channel.xyz"
    assert known in error.expected


def test_a_partner_can_have_an_email_or_csv_channel(tmp_path: Path) -> None:
    email = {
        "kind": "email",
        "address": "claims@shop.example",
        "secret": "TICKETS_PARTNER_SECRET_SHOP",
    }
    for channel in (email, {"kind": "csv", "concurrency": 1}):
        write_profile(tmp_path, VALID_PROFILE | {"channel": channel})
        assert load_profiles(tmp_path)["shop"].channel.kind == channel["kind"]


def test_every_kind_of_channel_is_shipped() -> None:
    kinds = [profile.channel.kind for profile in load_profiles(ROOT / "partners").values()]
    assert {kind: kinds.count(kind) for kind in kinds} == {"http": 5, "email": 1, "csv": 1}
