"""The gateway's own words, from `words/<area>.<language>.toml`; the same keys in every language."""

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import Request

from domain.partners.profile import LANGUAGES

FOLDER: Final = Path(__file__).with_name("words")
DEFAULT: Final = "en"
_WANTED: Final = re.compile(
    r"\s*([a-z]{2})(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?", re.I
)
_MOST: Final = 20


@functools.cache
def words(area: str, language: str) -> Mapping[str, Any]:
    """Return the tables of an area of words; `KeyError` for a language that there is not."""
    if language not in LANGUAGES:
        raise KeyError(language)
    text = (FOLDER / f"{area}.{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def language_wanted(request: Request, default: str = DEFAULT) -> str:
    """Return the caller's language as `Accept-Language` (RFC 9110) says it, of those there are."""
    parts = ",".join(request.headers.getlist("accept-language")).split(",")[:_MOST]
    found = [match for part in parts if (match := _WANTED.fullmatch(part))]
    ranked = sorted(found, key=lambda match: -float(match[2] or 1))
    known = (match[1].lower() for match in ranked if float(match[2] or 1) > 0)
    return next((language for language in known if language in LANGUAGES), default)
