"""Errors of partner files in tables without a known model."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.files.profile_errors import misconfigured
from domain.values.types import StrictModel


class _Inner(StrictModel):
    pass


class _Outer(StrictModel):
    table: _Inner
    market: _Inner


@pytest.mark.parametrize(
    ("content", "key", "expected"),
    [
        ({"table": {"x": 1}, "market": {}}, "table.x", "no such key"),
        ({"table": {}, "market": {}, "x": 1}, "x", "no such key: expected one of rules, channel"),
    ],
)
def test_an_unknown_key_of_an_unknown_table_is_named(
    content: dict[str, object], key: str, expected: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        _Outer.model_validate(content)
    error = misconfigured(Path("shop.toml"), caught.value)
    assert (error.key, error.expected) == (key, expected)
