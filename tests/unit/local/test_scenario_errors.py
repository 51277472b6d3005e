"""Errors in the files of the example claims are named by file, line and column."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import InvalidConfiguration
from local.demo.scenario_files import FOLDER, read_scenarios, zones_of
from tests.unit.local.example_profiles import NOW, PROFILES


def _error_after(tmp_path: Path, file: str, change: Callable[[str], str]) -> InvalidConfiguration:
    for name in ("claims.csv", "links.csv", "rewards.csv", "scripts.toml"):
        shutil.copy(FOLDER / name, tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    (tmp_path / file).write_text(change(text), encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as caught:
        read_scenarios(NOW, zones_of(PROFILES), tmp_path)
    assert caught.value.file == str(tmp_path / file)
    return caught.value


def test_an_invalid_cell_is_named_by_line_and_column(tmp_path: Path) -> None:
    error = _error_after(
        tmp_path, "claims.csv", lambda text: text.replace(",accepted,", ",acepted,", 1)
    )
    assert error.key == "line 2, column expected_status"


def test_a_line_with_too_many_cells_is_named(tmp_path: Path) -> None:
    error = _error_after(
        tmp_path, "links.csv", lambda text: text.replace("PLN\n", "PLN,too much\n", 1)
    )
    assert error.key == "line 2"


def test_an_invalid_date_in_the_feed_is_named_by_line_and_column(tmp_path: Path) -> None:
    error = _error_after(
        tmp_path, "links.csv", lambda text: text.replace("-12d09:20", "yesterday", 1)
    )
    assert error.key == "line 2, column clicked_at"


def test_an_unknown_column_is_an_error(tmp_path: Path) -> None:
    error = _error_after(tmp_path, "claims.csv", lambda text: text.replace("order_date", "day", 1))
    assert error.key == "line 2, column day"


def test_answers_that_are_no_json_are_an_error(tmp_path: Path) -> None:
    error = _error_after(tmp_path, "claims.csv", lambda text: text.replace('"{""', '"{', 1))
    assert error.key == "line 2, column answers"


def test_another_claim_under_the_same_key_is_an_error(tmp_path: Path) -> None:
    error = _error_after(
        tmp_path, "claims.csv", lambda text: text.replace("vel-referral,", "vel-cashback,", 1)
    )
    assert error.key == "line 3, column request_key"


def test_a_script_for_a_claim_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    error = _error_after(
        tmp_path, "scripts.toml", lambda text: text + "\n[no-such-claim]\nanswers = []\n"
    )
    assert error.key == "no-such-claim"


def test_a_script_with_an_unknown_step_is_an_error(tmp_path: Path) -> None:
    error = _error_after(
        tmp_path, "scripts.toml", lambda text: text.replace("slow:4", "sleepy:4", 1)
    )
    assert error.key.startswith("vel-slow")
    assert "slow:<seconds>" in error.expected


def test_a_script_that_is_no_toml_is_an_error(tmp_path: Path) -> None:
    error = _error_after(tmp_path, "scripts.toml", lambda text: text + "\n[[")
    assert "TOML" in error.expected
