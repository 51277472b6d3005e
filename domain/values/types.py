"""Base models, identifiers and texts that every layer uses."""

import json
import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from domain.values.input.invalid_input import InvalidInput
from domain.values.text_cleaning import clean_text

T = TypeVar("T")


class FrozenModel(BaseModel):
    """An immutable value, compared by content. Unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class StrictModel(FrozenModel):
    """A part of a partner's file. An unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def matching(pattern: str, expected: str) -> AfterValidator:
    """Accept only texts of `pattern`; others are refused with what was `expected`, in words."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise InvalidInput("malformed_pattern", expected)
        return text

    return AfterValidator(check)


Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
"""An id from outside: 1 to 200 printable ASCII characters without spaces."""

Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
"""An ISO 639-1 code."""


def is_valid_unicode(content: object) -> bool:
    """Return whether no text in `content` contains half a surrogate pair."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def require_valid_unicode(content: T) -> T:
    """Return `content` unchanged; reject halves of surrogate pairs."""
    if not is_valid_unicode(content):
        raise PydanticCustomError(
            "string_unicode", "expected text without halves of surrogate pairs"
        )
    return content


SafeText = Annotated[str, AfterValidator(require_valid_unicode), AfterValidator(clean_text)]
"""A person's text, cleaned. Line breaks are kept."""

SafeAnswers = Annotated[dict[str, object], AfterValidator(require_valid_unicode)]
"""Answers to form fields, not validated yet, but safe to store."""

LongText = Annotated[SafeText, Field(max_length=4000)]
"""A person's text of at most 4,000 characters."""
