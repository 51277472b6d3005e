"""A valid partner's file, writing it, and the error of a refused one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from adapters.files.partner_profiles import load_profiles
from domain.errors import InvalidConfiguration
from tests.support.builders import a_label

LABEL = a_label("Number", pl="Numer", de="Nummer")
VALID_PROFILE: dict[str, Any] = {
    "id": "shop",
    "name": "Shop",
    "kinds": ["missing_cashback"],
    "market": {"time_zone": "Europe/Warsaw", "currency": "PLN", "language": "pl"},
    "cancellation": {"period": "P14D", "starts_from": "order", "max_period": "P90D"},
    "response": {"deadline": "P14D"},
    "max_reward": {"amount": "100.00", "currency": "PLN"},
    "fields": [{"name": "order_number", "label": LABEL, "is_order_number": True}],
    "channel": {
        "kind": "http",
        "address": "https://claims.shop.example/support-tickets",
        "secret": "TICKETS_PARTNER_SECRET_SHOP",
    },
}


def write_profile(folder: Path, content: Mapping[str, Any], name: str = "shop") -> Path:
    """Write a partner's file."""
    file = folder / f"{name}.toml"
    file.write_text(tomli_w.dumps(content), encoding="utf-8")
    return file


def configuration_error(folder: Path) -> InvalidConfiguration:
    """Return the error with which the files of a folder are refused."""
    with pytest.raises(InvalidConfiguration) as caught:
        load_profiles(folder)
    return caught.value
