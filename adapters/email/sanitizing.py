"""Removal of characters that break the layout of an e-mail or a page."""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

MULTILINE_PARAMS: Final = frozenset({"questions"})

_LINE_ENDS: Final = {"\r\n": "\n", "\r": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def sanitize_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Remove from every text what could break the layout of an e-mail; the wording remains."""
    return {name: _sanitize(value, name in MULTILINE_PARAMS) for name, value in params.items()}


def _sanitize(value: Any, is_multiline: bool) -> Any:
    if isinstance(value, str):
        lines = strip_control_characters(value).strip()
        return lines if is_multiline else " ".join(lines.split("\n"))
    if isinstance(value, Mapping):
        return {key: _sanitize(item, is_multiline) for key, item in value.items()}
    if isinstance(value, list | tuple):
        tamed = [_sanitize(item, is_multiline) for item in value]
        return [
            item for item in tamed if item or not is_multiline
        ]  # a blank text is not a question
    return value


def strip_control_characters(text: str) -> str:
    """Remove controls, lone surrogates and direction marks; make line ends uniform."""
    for line_end, newline in _LINE_ENDS.items():
        text = text.replace(line_end, newline)
    return "".join(character for character in text if _is_allowed_character(character))


def _is_allowed_character(character: str) -> bool:
    """Return whether a character is no control, lone surrogate or direction mark."""
    if character in "\n\t":
        return True
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in _BIDI_CONTROLS
