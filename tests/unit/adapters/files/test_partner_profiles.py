"""Partner files: every error names its file and key."""

import re
from pathlib import Path
from typing import Any

import pytest

from adapters.files.partner_profiles import load_profiles
from domain.errors import InvalidConfiguration
from domain.partners.channels import HttpChannel
from local.stack.profiles import merge_overlay
from tests.support.partner_files import LABEL, VALID_PROFILE, configuration_error, write_profile


def _error_of(folder: Path, **changes: Any) -> InvalidConfiguration:
    file = write_profile(folder, merge_overlay(VALID_PROFILE, changes))
    error = configuration_error(folder)
    assert error.file == str(file)
    return error


def test_a_valid_file_loads_under_its_id(tmp_path: Path) -> None:
    write_profile(tmp_path, VALID_PROFILE)
    loaded = load_profiles(tmp_path)
    assert list(loaded) == ["shop"]
    channel = loaded["shop"].channel
    assert isinstance(channel, HttpChannel)
    assert channel.secret == "TICKETS_PARTNER_SECRET_SHOP"


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    assert configuration_error(tmp_path).key == "TICKETS_PARTNERS_DIR"


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    assert "a file for each partner" in configuration_error(tmp_path / "nowhere").expected


def test_a_file_that_is_no_toml_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('id = "shop"\nname = "Shop\nkinds = []\n')
    assert configuration_error(tmp_path).key == "line 2"


def test_an_incomplete_file_is_an_error_with_its_last_line(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('id = "shop"\nkinds = [\n"missing_cashback"')
    error = configuration_error(tmp_path)
    assert error.key == "line 3"
    assert "TOML" in error.expected


def test_a_file_that_is_not_utf_8_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_bytes(b'id = "shop"\nname = "K\xb6ln"\n')
    error = configuration_error(tmp_path)
    assert (error.key, error.expected) == ("line 2", "expected text in UTF-8")


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").mkdir()
    assert configuration_error(tmp_path).key == "file"


@pytest.mark.parametrize(
    ("changes", "key", "suggested"),
    [
        ({"cancelation": {}}, "cancelation", "cancellation"),
        ({"chanel": {}}, "chanel", "channel"),
        ({"market": {"timezone": "UTC"}}, "market.timezone", "time_zone"),
        ({"response": {"deadlin": "P1D"}}, "response.deadlin", "deadline"),
        ({"channel": {"adress": "x"}}, "channel.adress", "address"),
        ({"fields": [{"name": "a", "label": LABEL, "patern": "x"}]}, "fields.0.patern", "pattern"),
    ],
)
def test_an_unknown_key_is_an_error_that_suggests_the_right_one(
    tmp_path: Path, changes: dict[str, Any], key: str, suggested: str
) -> None:
    error = _error_of(tmp_path, **changes)
    assert error.key == key
    assert f'did you mean "{suggested}"?' in error.expected


def test_an_unknown_key_that_resembles_nothing_lists_the_known_ones(tmp_path: Path) -> None:
    error = _error_of(tmp_path, market={"xyz": 1})
    assert "time_zone, currency, language" in error.expected


def test_a_missing_key_is_an_error(tmp_path: Path) -> None:
    write_profile(
        tmp_path, {key: value for key, value in VALID_PROFILE.items() if key != "response"}
    )
    error = configuration_error(tmp_path)
    assert (error.key, error.expected) == ("response", "expected, but missing")


def test_a_file_without_a_channel_is_an_error(tmp_path: Path) -> None:
    write_profile(
        tmp_path, {key: value for key, value in VALID_PROFILE.items() if key != "channel"}
    )
    assert configuration_error(tmp_path).key == "channel"


def test_a_misspelt_key_is_named_before_the_missing_one(tmp_path: Path) -> None:
    content = {key: value for key, value in VALID_PROFILE.items() if key != "response"}
    write_profile(tmp_path, content | {"respons": VALID_PROFILE["response"]})
    error = configuration_error(tmp_path)
    assert error.key == "respons"
    assert error.expected == 'no such key: did you mean "response"? (and 1 more)'


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"market": {"time_zone": "Europe/Warschau"}}, "market.time_zone"),
        ({"market": {"language": "fr"}}, "market.language"),
        ({"cancellation": {"period": "14 days"}}, "cancellation.period"),
        ({"cancellation": {"starts_from": "delivery"}}, "cancellation.starts_from"),
        ({"kinds": ["missing_cash"]}, "kinds.0"),
        ({"kinds": []}, "kinds"),
        ({"max_reward": {"amount": "-1"}}, "max_reward.amount"),
        ({"fields": []}, "fields"),
        ({"fields": [{"name": "a", "label": {"pl": "A", "de": "A"}}]}, "fields.0.label"),
        ({"fields": [{"name": "a", "label": LABEL | {"fr": "A"}}]}, "fields.0.label.fr"),
        ({"fields": [{"name": "a", "label": LABEL, "pattern": "("}]}, "fields.0.pattern"),
        ({"fields": [{"name": "a", "label": LABEL, "type": "choice"}]}, "fields.0.options"),
        ({"fields": [{"name": "a", "label": LABEL, "anchor": "activation"}]}, "fields.0.anchor"),
        ({"fields": [{"name": "a", "label": LABEL}] * 2}, "fields"),
        ({"channel": {"secret": "whsec_abc"}}, "channel.secret"),
        ({"channel": {"address": "claims.shop.example"}}, "channel.address"),
        ({"channel": {"requests_per_second": 0}}, "channel.requests_per_second"),
        ({"channel": {"kind": "fax"}}, "channel.kind"),
        ({"channel": {"kind": "email"}}, "channel.address"),
        (
            {"channel": {"kind": "email", "address": "a@b.pl", "link_validity": "x"}},
            "channel.link_validity",
        ),
        ({"channel": {"kind": "csv"}}, "channel.address"),
    ],
)
def test_an_invalid_value_is_named_by_its_dotted_key(
    tmp_path: Path, changes: dict[str, Any], key: str
) -> None:
    error = _error_of(tmp_path, **changes)
    assert error.key == key
    assert "expected" in error.expected or "no such key" in error.expected
    assert not re.search("Input|Value error|Field required|valid|should|[\\^\\\\]", error.expected)


def test_an_amount_in_another_currency_than_the_markets_is_an_error(tmp_path: Path) -> None:
    error = _error_of(tmp_path, max_reward={"currency": "EUR"})
    assert "PLN" in error.expected


def test_auto_confirmation_without_a_cap_is_an_error(tmp_path: Path) -> None:
    assert "auto_confirm_max" in _error_of(tmp_path, response={"on_timeout": "confirm"}).expected


def test_a_file_with_another_name_than_its_partner_is_an_error(tmp_path: Path) -> None:
    write_profile(tmp_path, VALID_PROFILE, "shoppe")
    error = configuration_error(tmp_path)
    assert (error.key, error.expected) == ("id", 'expected "shoppe", as the file is named')


def test_two_files_cannot_be_the_same_partner(tmp_path: Path) -> None:
    write_profile(tmp_path, VALID_PROFILE)
    twin = write_profile(tmp_path, VALID_PROFILE, "shop-2")
    error = configuration_error(tmp_path)
    assert (error.file, error.key) == (str(twin), "id")


def test_a_waiting_period_as_long_as_the_claim_window_does_not_load(
    tmp_path: Path,
) -> None:
    error = _error_of(tmp_path, registration_delay="P30D", claim_window="P30D")
    assert error.key == "registration_delay"


def test_the_same_waiting_period_loads_if_early_claims_are_held(tmp_path: Path) -> None:
    early = {"registration_delay": "P30D", "claim_window": "P30D", "early_claims": "hold"}
    write_profile(tmp_path, merge_overlay(VALID_PROFILE, early))
    assert load_profiles(tmp_path)


@pytest.mark.parametrize("window", ["P4M", "P93D", "P3M1D"])
def test_a_window_longer_than_three_months_does_not_load(tmp_path: Path, window: str) -> None:
    """R35: a partner can only shorten the three months."""
    error = _error_of(tmp_path, claim_window=window)
    assert error.key == "claim_window"
    assert "P3M" in error.expected
