"""Templates and texts: the same in every language, and strict about their values."""

import re
from pathlib import Path

import pytest

from adapters.email.locale_renderer import TEMPLATES
from adapters.email.renderer import EmailRenderer
from domain.partners.market import LANGUAGES
from tests.unit.adapters.email_params import (
    CODE_PARAMS,
    CODES,
    DATES,
    INSTANT,
    INSTANTS,
    KINDS,
    read_phrases,
)


def test_every_language_has_the_same_letters_and_they_use_the_same_values() -> None:
    def values(path: Path) -> set[str]:
        return set(re.findall(r"\{[{%][^}]*\}", path.read_text(encoding="utf-8")))

    kinds = (*KINDS, "partner_claim")  # the last one: tests/unit/test_partner_letters.py
    expected = {f"{kind}.{ending}" for kind in kinds for ending in ("txt", "html")}
    for language in LANGUAGES:
        assert {path.name for path in (TEMPLATES / language).iterdir()} == expected
        for name in expected:
            assert values(TEMPLATES / language / name) == values(TEMPLATES / "pl" / name)


def test_every_language_has_the_same_phrases_with_the_same_values() -> None:
    def shape(language: str) -> dict[str, dict[str, list[str]]]:
        return {
            section: {code: sorted(re.findall(r"\{\w+\}", text)) for code, text in texts.items()}
            for section, texts in read_phrases(language).items()
        }

    assert shape("pl") == shape("de") == shape("en")


@pytest.mark.parametrize("section", CODES)
def test_every_code_has_a_phrase_in_every_language(book: EmailRenderer, section: str) -> None:
    codes = CODES[section].split()
    assert set(codes) == set(read_phrases("en")[section])
    for code in codes:
        given = CODE_PARAMS.get(code, {})
        said = [book.translate(language, section, code, **given) for language in LANGUAGES]
        assert all("{" not in text for text in said)
        if code != "incomplete":
            assert len(set(said)) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODE_PARAMS)
def test_a_phrase_that_lacks_a_value_is_not_said(
    book: EmailRenderer, language: str, code: str
) -> None:
    for name in CODE_PARAMS[code]:
        lacking = {key: value for key, value in CODE_PARAMS[code].items() if key != name}
        with pytest.raises(KeyError, match=name):
            book.translate(language, "codes", code, **lacking)
        with pytest.raises(KeyError, match=name):
            book.translate(language, "codes", code, **lacking, **{name: None})


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_write_dates_out_and_name_the_service_address(
    book: EmailRenderer, language: str
) -> None:
    """R4-R6, R9, R35: the address, the moment and the last day stand in the phrase."""
    early = book.translate(language, "codes", "too_early", available_from=INSTANT)
    late = book.translate(language, "codes", "too_late", last_day="2026-11-30")
    assert INSTANTS[language] in early
    assert DATES[language] in late
    assert "pomoc@example.com" in book.translate(language, "codes", "reward_granted")


def test_a_value_in_a_phrase_is_not_read_as_a_phrase(book: EmailRenderer) -> None:
    said = book.translate("en", "codes", "incomplete", field="{support_email}\nx", expected="{0}")
    assert said == "{support_email} x: {0}"
