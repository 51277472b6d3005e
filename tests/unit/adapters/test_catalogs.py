"""E-mail templates and phrases: complete in every language, and strict about values."""

import re

import pytest

from adapters.email.locale_renderer import TEMPLATES
from adapters.email.renderer import EmailRenderer
from domain.partners.market import LANGUAGES
from tests.support.email_params import (
    CODE_PARAMS,
    CODES,
    DATES,
    INSTANT,
    INSTANTS,
    KINDS,
    NAMELESS_LANGUAGES,
    read_phrases,
)


def test_every_kind_has_one_template() -> None:
    kinds = {path.stem for path in (TEMPLATES / "kinds").iterdir()}
    assert kinds == {*KINDS, "partner_claim"}


def test_every_language_has_the_same_phrases_with_the_same_values() -> None:
    def shape(language: str) -> dict[str, dict[str, list[str]]]:
        phrases = read_phrases(language)
        if language in NAMELESS_LANGUAGES:
            phrases["frame"]["greeting_name"] += "{member_name}"
        return {
            section: {code: sorted(re.findall(r"\{\w+\}", text)) for code, text in texts.items()}
            for section, texts in phrases.items()
        }

    assert shape("pl") == shape("de") == shape("en")


@pytest.mark.parametrize("section", CODES)
def test_every_code_has_a_phrase_in_every_language(renderer: EmailRenderer, section: str) -> None:
    codes = CODES[section].split()
    assert set(codes) == set(read_phrases("en")[section])
    for code in codes:
        params = CODE_PARAMS.get(code, {})
        texts = [renderer.translate(language, section, code, **params) for language in LANGUAGES]
        assert all("{" not in text for text in texts)
        if code != "incomplete":
            assert len(set(texts)) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODE_PARAMS)
def test_a_phrase_without_a_value_is_not_rendered(
    renderer: EmailRenderer, language: str, code: str
) -> None:
    for name in CODE_PARAMS[code]:
        incomplete = {key: value for key, value in CODE_PARAMS[code].items() if key != name}
        with pytest.raises(KeyError, match=name):
            renderer.translate(language, "codes", code, **incomplete)
        with pytest.raises(KeyError, match=name):
            renderer.translate(language, "codes", code, **incomplete, **{name: None})


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_contain_written_dates_and_the_service_address(
    renderer: EmailRenderer, language: str
) -> None:
    """R4-R6, R9, R35: the address, the time and the last day."""
    early = renderer.translate(language, "codes", "too_early", available_from=INSTANT)
    late = renderer.translate(language, "codes", "too_late", last_day="2026-11-30")
    assert INSTANTS[language] in early
    assert DATES[language] in late
    assert "pomoc@example.com" in renderer.translate(language, "codes", "reward_granted")


def test_braces_in_a_value_are_not_replaced(renderer: EmailRenderer) -> None:
    text = renderer.translate(
        "en", "codes", "incomplete", field="{support_email}\nx", expected="{0}"
    )
    assert text == "{support_email} x: {0}"
