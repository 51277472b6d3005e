"""The gateway's catalogs: the same keys and placeholders in every language."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from domain.partners.market import LANGUAGES
from gateway.http.problem_status import STATUS
from gateway.i18n import LOCALES, catalog

AREAS = sorted({file.stem for file in LOCALES.glob("*/*.toml")})


def texts(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its dotted key."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from texts(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


@pytest.mark.parametrize("area", AREAS)
def test_every_language_has_the_same_keys_and_placeholders(area: str) -> None:
    placeholders = {
        language: {
            key: sorted(re.findall(r"\{\w*\}", text))
            for key, text in texts(catalog(area, language))
        }
        for language in LANGUAGES
    }
    assert placeholders["pl"] == placeholders["de"] == placeholders["en"]


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_left_in_brackets(area: str, language: str) -> None:
    for key, text in texts(catalog(area, language)):
        assert text.strip() == text != "", key
        assert "TODO" not in text


def test_every_problem_has_a_text_in_every_language() -> None:
    assert set(catalog("problems", "pl")["problems"]) == set(STATUS)
