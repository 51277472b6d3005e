"""Partners' patterns: matched by an engine whose time is linear in the answer, and said in the
words of JSON Schema and browsers.

Only this file knows RE2. A pattern is one of RE2's: without look-around and back references, `\\d`,
`\\w` and `\\s` are ASCII, and no letter outside ASCII is another spelling of one inside. Browsers
(ECMA-262, flags `u` and `v`) try one way after the other: what could take them long, or what they
read otherwise, is not handed on, and filing alone decides.
"""

import re
from typing import Any, Final

import re2

MAX_PATTERN_LENGTH: Final = 500
_MEMORY: Final = 1024 * 1024
"""Bytes that one pattern may take, compiled and while it matches."""
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
_ANY_CASE: Final = "(?i)"
_ALIKE: Final = str.maketrans("\u017f\u212a", "\ufffd\ufffd")
"""The two letters that a fold of case would make an `s` and a `k`."""
_WITHOUT_END: Final = 4000
"""Ways through a repetition that nothing bounds: as many as an answer is long."""
_MOST_WAYS: Final = 50_000_000


def compile_pattern(pattern: str) -> Any:
    """Compile `pattern`; raises `ValueError` with what was expected instead."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise ValueError(f"expected a pattern of at most {MAX_PATTERN_LENGTH} characters")
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        told = error.args[0] if error.args else ""
        why = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        expected = "expected a regular expression in RE2's syntax, such as [A-Z]{2}-[0-9]{6}"
        raise ValueError(f"{expected}: {why}") from None


def matches(pattern: str, text: str) -> bool:
    """Say whether the whole of `text` is as `pattern` says; a pattern that cannot be read (one that
    was kept by an earlier version) takes nothing.
    """
    try:
        return compile_pattern(pattern).fullmatch(text.translate(_ALIKE)) is not None
    except ValueError:
        return False


def to_ecma(pattern: str) -> str | None:
    """Return `pattern` for a whole answer, spaces around it allowed; `None` where it cannot be
    said, or could keep a browser busy.
    """
    any_case = pattern.startswith(_ANY_CASE)
    if any_case and not pattern.isascii():
        return None
    rest, tokens = pattern.removeprefix(_ANY_CASE if any_case else ""), []
    while rest:
        token = _TOKEN.match(rest)
        if token is None:
            return None
        tokens.append(token)
        rest = rest[token.end() :]
    said = [_said(token, any_case) for token in tokens]
    if None in said or _ways(tokens) > _MOST_WAYS:
        return None
    return rf"^\s*(?:{''.join(filter(None, said))})\s*$"


def _ways(tokens: list[re.Match[str]]) -> int:
    """Return how many ways an engine that goes back may have to try through one answer."""
    ways = 1
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token["repeated"]:
            ways *= _choices(token, before)
        elif token[0] == "|":
            ways *= 2
    return ways


def _choices(token: re.Match[str], before: re.Match[str] | None) -> int:
    """Return the ways through a repetition of what stands before it."""
    more = _more(token)
    if before is None or before["repeated"] or (before["plain"] and before[0] in "(?:|"):
        return _MOST_WAYS + 1
    # Repeated groups multiply within themselves; repeated spaces with those around the answer.
    if before[0] == ")" and token["repeated"] != "?":
        return _MOST_WAYS + 1
    if more > 1 and before[0] != ")" and re.fullmatch(before[0], " "):
        return _MOST_WAYS + 1
    return 1 + more


def _more(token: re.Match[str]) -> int:
    """Return how often more than at least something may be repeated."""
    if token["least"] is None:
        return 1 if token["repeated"] == "?" else _WITHOUT_END
    if not token["upto"]:
        return 0
    return int(token["most"]) - int(token["least"]) if token["most"] else _WITHOUT_END


def _said(token: re.Match[str], any_case: bool) -> str | None:
    if token["escaped"]:
        return _escaped(token["escaped"][1])
    if token["members"]:
        members = _members(token["members"], any_case)
        return f"[{token['negated']}{members}]" if members else None
    if token["letter"] and any_case:
        return f"[{token['letter'].upper()}{token['letter'].lower()}]"
    return token[0]


def _escaped(character: str) -> str | None:
    """Other classes than these mean more, or less, in browsers."""
    if character in "dDwW":
        return f"\\{character}"
    if character.isalnum():
        return None
    return f"\\{character}" if character in _SYNTAX else character


def _members(members: str, any_case: bool) -> str | None:
    said = re.sub(r"^-|(?<!\\)-$", r"\\-", members)
    if any_case and any(c.isalpha() for c in said):
        said += said.swapcase()
    try:
        re.compile(f"[{said}]")
    except re.error:
        return None
    return said
