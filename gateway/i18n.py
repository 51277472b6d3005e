"""The gateway's texts: `locales/<language>/<area>.toml`, with the same keys in every language."""

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import Request

from domain.partners.market import LANGUAGES

LOCALES: Final = Path(__file__).with_name("locales")
DEFAULT_LANGUAGE: Final = "en"
_LANGUAGE_RANGE: Final = re.compile(
    r"\s*([a-z]{2})(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?", re.I
)
_MAX_RANGES: Final = 20


def language_names() -> Mapping[str, str]:
    """Return each language's own name for itself, by its code."""
    return {code: catalog("pages", code)["site"]["language_name"] for code in LANGUAGES}


@functools.cache
def catalog(area: str, language: str) -> Mapping[str, Any]:
    """Return the texts of an area in a language; raises `KeyError` for an unknown language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    text = (LOCALES / language / f"{area}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def preferred_language(request: Request, default: str = DEFAULT_LANGUAGE) -> str:
    """Return the best supported language of `Accept-Language` (RFC 9110)."""
    parts = ",".join(request.headers.getlist("accept-language")).split(",")[:_MAX_RANGES]
    found = [match for part in parts if (match := _LANGUAGE_RANGE.fullmatch(part))]
    ranked = sorted(found, key=lambda match: -float(match[2] or 1))
    known = (match[1].lower() for match in ranked if float(match[2] or 1) > 0)
    return next((language for language in known if language in LANGUAGES), default)
