"""Questions to a member, and their limits."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.values.types import (
    LongText,
)

MAX_QUESTIONS: Final = 20
MAX_QUESTIONS_CHARS: Final = 8_000
"""Characters of all questions of a message."""


def _check_total_length(texts: tuple[str, ...]) -> tuple[str, ...]:
    if sum(map(len, texts)) > MAX_QUESTIONS_CHARS:
        raise PydanticCustomError(
            "string_too_long", f"expected at most {MAX_QUESTIONS_CHARS} characters together"
        )
    return texts


Questions = Annotated[
    tuple[LongText, ...], Field(max_length=MAX_QUESTIONS), AfterValidator(_check_total_length)
]
"""Names of form fields, or questions as free text."""
