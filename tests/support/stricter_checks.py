"""Models of a later version whose checks refuse everything that is stored today."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from domain.values import stored

_CHECKED: Final = frozenset(
    {"bool", "date", "datetime", "decimal", "dict", "enum", "int", "model", "str", "timedelta"}
)
_NO_SCHEMAS: Final = frozenset({"cls", "config", "default", "expected", "members", "metadata"})


def _refuse(value: object) -> object:
    raise ValueError("refused by a later version")


def stricter(schema: Any) -> Any:
    """Return a core schema whose every value, text and key is refused."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(stricter, schema))
    if not isinstance(schema, dict):
        return schema
    parts = {name: part if name in _NO_SCHEMAS else stricter(part) for name, part in schema.items()}
    kind = schema.get("type")
    if kind == "literal":
        return parts | {"expected": ["a later word"]}
    if kind == "str":
        parts |= {"max_length": 0, "pattern": "^$"}
    if kind == "model":
        parts["config"] = {**parts.get("config", {}), "extra_fields_behavior": "forbid"}
    if not isinstance(kind, str) or kind not in _CHECKED:
        return parts
    refused = {"type": "no-info", "function": _refuse}
    ref = {"ref": parts.pop("ref")} if "ref" in parts else {}
    return {"type": "function-after", "function": refused, "schema": parts, **ref}


@contextmanager
def stricter_checks() -> Iterator[None]:
    """Read what is stored as a version would that refuses every value of every model."""
    of_today = stored.core_schema
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(stored, "core_schema", lambda model: stricter(of_today(model)))
        stored.stored_validator.cache_clear()
        yield
    stored.stored_validator.cache_clear()
