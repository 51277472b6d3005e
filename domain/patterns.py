"""Partners' patterns as JSON Schema and browsers understand them (ECMA-262, flags `u` and `v`).

A partner's file writes them as Python reads them. Most mean the same there; what does not is not
handed on, and filing alone decides.
"""

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<escaped>\\.)
  | \[(?P<negated>\^?)(?P<members>(?:[^\[\]\\(){}/|]|\\[\^$\\.*+?()\[\]{}|/-])+)\]
  | (?P<letter>[a-zA-Z])
  | (?P<repeated>\{[0-9]+(?:,[0-9]*)?\}|[*+?]) (?P<lazy>\??) (?!\+)
  | (?P<plain>\(\?[:=!] | \((?!\?) | [)|.] | [^\\()\[\]{}*+?|.^$/])
    """,
    re.VERBOSE | re.DOTALL,
)
_SYNTAX: Final = "^$\\.*+?()[]{}|/"
_ANY_CASE: Final = "(?i)"


def portable(pattern: str) -> str | None:
    """Return `pattern` for a whole answer, spaces around it allowed; `None` where it cannot be
    said.
    """
    any_case = pattern.startswith(_ANY_CASE)
    rest, said = pattern.removeprefix(_ANY_CASE if any_case else ""), []
    while rest:
        token = _TOKEN.match(rest)
        text = _said(token, any_case) if token else None
        if token is None or text is None:
            return None
        said.append(text)
        rest = rest[token.end() :]
    return rf"^\s*(?:{''.join(said)})\s*$"


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
    """Python's `\\d` and `\\w` know more digits and letters than those of browsers."""
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
