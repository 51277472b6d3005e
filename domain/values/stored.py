"""Reading of what this service has stored, in PostgreSQL or in Temporal: types count, checks do
not.

A ticket runs for months, and checks become stricter meanwhile: what was accepted once can be read
for ever (docs/decisions/0031-stored-content-is-read-without-checks.md).
"""

from functools import lru_cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter
from pydantic_core import CoreSchema, SchemaValidator

T = TypeVar("T", bound=BaseModel)

_FUNCTIONS: Final = frozenset({"function-before", "function-after", "function-wrap"})
_CONSTRAINTS: Final = frozenset(
    {
        *("min_length", "max_length", "pattern", "strict", "fail_fast"),
        *("ge", "gt", "le", "lt", "multiple_of", "max_digits", "decimal_places"),
        *("tz_constraint", "now_op", "allow_inf_nan"),
    }
)
_NO_SCHEMAS: Final = frozenset({"cls", "config", "default", "expected", "members", "metadata"})
"""Keys of a core schema whose values contain no further schema."""


def read_stored(model: type[T], content: object) -> T:
    """Read stored content, parsed JSON or a row, as a `model`. Instances are kept as they are."""
    value: T = stored_validator(model).validate_python(content)
    return value


@lru_cache(maxsize=1024)
def stored_validator(model: Any) -> SchemaValidator:
    """Return the validator of stored content of a type."""
    schema = without_checks(core_schema(model))
    # A prebuilt validator is that of the class, with its checks.
    return SchemaValidator(schema, _use_prebuilt=False)


def core_schema(model: Any) -> CoreSchema:
    """Return pydantic's schema of a type, with its checks."""
    return TypeAdapter(model).core_schema


def without_checks(schema: Any) -> Any:
    """Return a core schema that only converts types: without constraints, fixed sets of texts and
    functions of ours, and indifferent to unknown keys.
    """
    if isinstance(schema, list | tuple):
        return type(schema)(map(without_checks, schema))
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    if not isinstance(kind, str):  # schemas by name: a field may be named `type` or `pattern`
        return {name: without_checks(part) for name, part in schema.items()}
    if kind == "literal":
        return {"type": "any"}
    if kind in _FUNCTIONS:
        inner = without_checks(schema["schema"])
        return inner | {"ref": schema["ref"]} if "ref" in schema else inner
    return _relaxed(schema)


def _relaxed(schema: dict[str, Any]) -> dict[str, Any]:
    parts = {
        key: part if key in _NO_SCHEMAS else without_checks(part)
        for key, part in schema.items()
        if key not in _CONSTRAINTS
    }
    if "config" in parts:
        parts["config"] = {**parts["config"], "extra_fields_behavior": "ignore"}
    return parts
