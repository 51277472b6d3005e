"""A person's name and language as platforms send them; an invalid one is dropped, not an error.

Names appear in our e-mails and must not carry a stranger's message: they are short, on one line,
and contain nothing that a mail program turns into a link.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import BeforeValidator

from domain.values.text_cleaning import clean_line

MAX_NAME_LENGTH: Final = 100
_NO_NAME: Final = re.compile(
    r"""
    [^\w\s'’`.,()&·-]        # nothing that addresses need: @ : / \ < > [ ] = ? % #
    | _ | \bwww\b
    | [.](?=\w\w)            # example.com; but "J.R. Ewing" and "dr. Anna" are names
    | \d[.,]\d               # 192.168.0.1
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TAG: Final = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE | re.DOTALL)


def parse_person_name(raw: object) -> str:
    """Return a name that is safe in a greeting, "" if there is none."""
    if not isinstance(raw, str) or len(raw) > 10 * MAX_NAME_LENGTH:
        return ""
    name = " ".join(clean_line(raw).split())
    is_name = any(one.isalpha() for one in name) and len(name) <= MAX_NAME_LENGTH
    return name if is_name and not _NO_NAME.search(_without_marks(name)) else ""


def _without_marks(name: str) -> str:
    """Drop combining marks such as vowel signs, which are parts of letters."""
    return "".join(one for one in name if not unicodedata.category(one).startswith("M"))


def parse_language_tag(raw: object) -> str | None:
    """Return the language of a tag such as `pl`, `pl-PL` or `PL`, `None` if it is no tag."""
    found = _TAG.fullmatch(raw.strip()) if isinstance(raw, str) else None
    return found[1].lower() if found else None


PersonName = Annotated[str, BeforeValidator(parse_person_name)]
"""A member's name: at most 100 characters, or nothing."""

LanguageTag = Annotated[str | None, BeforeValidator(parse_language_tag)]
"""An ISO 639-1 code, or nothing."""
