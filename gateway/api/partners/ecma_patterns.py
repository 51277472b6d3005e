"""Translation of partners' RE2 patterns to ECMA-262, for JSON Schema and browsers (flags u and v).

Browsers backtrack. A pattern that they would read differently, or that could keep them busy, is not
published; filing alone checks it.
"""

import re
from collections.abc import Sequence
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<escaped>\\.)
  | \[(?P<negated>\^?)(?P<members>(?:[^\[\]\\(){}/|]|\\[\^$\\.*+?()\[\]{}|/-])+)\]
  | (?P<letter>[a-zA-Z])
  | (?P<repeated>\{(?P<least>[0-9]+)(?P<upto>,(?P<most>[0-9]*))?\}|[*+?]) (?P<lazy>\??) (?!\+)
  | (?P<plain>\(\?: | \((?!\?) | [)|.] | [^\\()\[\]{}*+?|.^$/])
    """,
    re.VERBOSE | re.DOTALL,
)
_SYNTAX: Final = "^$\\.*+?()[]{}|/"
_IGNORE_CASE: Final = "(?i)"
_UNBOUNDED: Final = 4000
"""Repetitions counted for an unbounded quantifier: the maximum length of an answer."""
_MAX_PATHS: Final = 50_000_000
"""Paths that a backtracking engine may have to try on one answer."""


def to_ecma(pattern: str) -> str | None:
    """Return a pattern for the whole answer, surrounding spaces allowed.

    `None` if ECMA-262 cannot express it, or if it could keep a browser busy.
    """
    ignores_case = pattern.startswith(_IGNORE_CASE)
    if ignores_case and not pattern.isascii():
        return None
    tokens = _tokenize(pattern.removeprefix(_IGNORE_CASE))
    if tokens is None or _count_paths(tokens) > _MAX_PATHS:
        return None
    parts = [_translate_token(token, ignores_case) for token in tokens]
    known = [part for part in parts if part is not None]
    return rf"^\s*(?:{''.join(known)})\s*$" if len(known) == len(parts) else None


def _tokenize(pattern: str) -> list[re.Match[str]] | None:
    tokens, position = [], 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            return None
        tokens.append(token)
        position = token.end()
    return tokens


def _count_paths(tokens: Sequence[re.Match[str]]) -> int:
    """Return how many paths a backtracking engine may have to try on one answer."""
    paths = 1
    for previous, token in zip([None, *tokens], tokens, strict=False):
        if token["repeated"]:
            paths *= _count_choices(token, previous)
        elif token[0] == "|":
            paths *= 2
    return paths


def _count_choices(token: re.Match[str], previous: re.Match[str] | None) -> int:
    """Return the number of ways through the quantifier `token` after `previous`."""
    extra = _optional_repetitions(token)
    if previous is None or previous["repeated"] or (previous["plain"] and previous[0] in "(?:|"):
        return _MAX_PATHS + 1
    # Repeated groups multiply within themselves; repeated spaces with those around the answer.
    if previous[0] == ")" and token["repeated"] != "?":
        return _MAX_PATHS + 1
    if extra > 1 and previous[0] != ")" and re.fullmatch(previous[0], " "):
        return _MAX_PATHS + 1
    return 1 + extra


def _optional_repetitions(token: re.Match[str]) -> int:
    """Return how many repetitions a quantifier allows beyond its minimum."""
    if token["least"] is None:
        return 1 if token["repeated"] == "?" else _UNBOUNDED
    if not token["upto"]:
        return 0
    return int(token["most"]) - int(token["least"]) if token["most"] else _UNBOUNDED


def _translate_token(token: re.Match[str], ignores_case: bool) -> str | None:
    if token["escaped"]:
        return _translate_escape(token["escaped"][1])
    if token["members"]:
        members = _translate_members(token["members"], ignores_case)
        return f"[{token['negated']}{members}]" if members else None
    if token["letter"] and ignores_case:
        return f"[{token['letter'].upper()}{token['letter'].lower()}]"
    return token[0]


def _translate_escape(character: str) -> str | None:
    """Translate `\\d` and `\\w`; other classes differ between RE2 and browsers."""
    if character in "dDwW":
        return f"\\{character}"
    if character.isalnum():
        return None
    return f"\\{character}" if character in _SYNTAX else character


def _translate_members(members: str, ignores_case: bool) -> str | None:
    translated = re.sub(r"^-|(?<!\\)-$", r"\\-", members)
    if ignores_case and any(c.isalpha() for c in translated):
        translated += translated.swapcase()
    try:
        re.compile(f"[{translated}]")
    except re.error:
        return None
    return translated
