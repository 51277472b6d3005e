"""Errors of a partner's file: the key, and what was expected there."""

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.errors import InvalidConfiguration
from domain.partners.channels import Channel
from domain.partners.profile import PartnerProfile
from domain.values.expectations import expectation

_NAMED_KEY: Final = re.compile(r"([a-z_]+): (expected .*)", re.DOTALL)
_UNKNOWN: Final = "extra_forbidden"


def misconfigured(file: Path, error: ValidationError) -> InvalidConfiguration:
    """Return the first error of a file that the models refuse, and how many more there are."""
    found = error.errors(include_url=False, include_input=False)
    # A misspelt key is why another one is missing: it is reported first.
    first = min(found, key=lambda fault: fault["type"] != _UNKNOWN)
    key, expected = _describe_error(first)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return InvalidConfiguration(str(file), key, expected + more)


def _describe_error(fault: ErrorDetails) -> tuple[str, str]:
    """Return the dotted key of a fault, and what was expected there."""
    path = [part for part in fault["loc"] if part != "[key]"]
    if fault["type"].startswith("union_tag"):
        return _key_path([*path, "kind"]), f"expected one of {', '.join(_CHANNELS)}"
    key = _key_path(path)
    if fault["type"] == _UNKNOWN:
        return key, _unknown_key(path)
    if fault["type"] == "missing":
        return key, "expected, but missing"
    message = expectation(fault)
    named = _NAMED_KEY.fullmatch(message)
    if named:
        return _key_path([*path, named[1]]), named[2]
    return key or "file", message


def _key_path(path: Sequence[str | int]) -> str:
    """Join a path as the file's author knows it: rules are at the top level, a channel's kind is no
    key.
    """
    seen = [*path[:1], *path[2:]] if path[:1] == ["channel"] and len(path) > 2 else path
    return ".".join(str(part) for part in seen[seen[:1] == ["rules"] :])


def _unknown_key(path: Sequence[str | int]) -> str:
    known = _known_keys(path[:-1])
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    hint = f'did you mean "{close[0]}"?' if close else f"expected one of {', '.join(known)}"
    return f"no such key: {hint}" if known else "no such key"


def _known_keys(path: Sequence[str | int]) -> list[str]:
    """Return the keys of the table at `path`; none if no table is there."""
    top = ["channel"] if list(path) == ["rules"] else []
    return [*(key for table in _tables_at(path) for key in table.model_fields), *top]


def _tables_at(path: Sequence[str | int]) -> list[type[BaseModel]]:
    """Return the models of the table at `path`: several where a channel's kind is not known."""
    tables: list[type[BaseModel]] = [PartnerProfile]
    for part in path:
        if isinstance(part, int):
            continue  # a position in a list, whose tables all have the same keys
        channels = [table for table in tables if table is _CHANNELS.get(part)]
        fields = [table.model_fields[part] for table in tables if part in table.model_fields]
        tables = channels or [model for field in fields for model in _models(field.annotation)]
    return tables


def _kind(model: type[BaseModel]) -> str:
    """Return the kind of channel that a model describes."""
    return str(get_args(model.model_fields["kind"].annotation)[0])


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


_CHANNELS: Final = {_kind(model): model for model in _models(Channel)}
"""The models of channels by their kind."""
