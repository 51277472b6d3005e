"""Text of other people in e-mails that we sign: marked as a quotation, bounded, without links.

Mail programs make links of anything that looks like an address, in text and in HTML. So addresses
are defanged: `https[:]//evil[.]example`.
"""

import re
from typing import Final

MAX_QUOTE_LENGTH: Final = 1000
_NON_SPACE: Final = re.compile(r"\S+")
_LIKE_A_LINK: Final = re.compile(r"://|@|\bwww\b|[^\W_][.。][^\W\d_]{2,}", re.IGNORECASE)
_DOT: Final = re.compile(r"(?<=\w)[.。](?=\w)")


def without_links(text: str) -> str:
    """Return the text with each address in it written so that no program makes a link of it.

    Numbers, dates and times stay as they are.
    """
    return _NON_SPACE.sub(lambda found: _spelt(found[0]), text)


def _spelt(text_part: str) -> str:
    if not _LIKE_A_LINK.search(text_part):
        return text_part
    return _DOT.sub("[.]", text_part.replace("://", "[:]//").replace("@", "[at]"))


def quoted(text: str, mark: str = "> ") -> str:
    """Return text as mail programs show a quotation: each line behind `mark`; very long text is cut
    off with `…`.
    """
    quoted = text if len(text) <= MAX_QUOTE_LENGTH else text[:MAX_QUOTE_LENGTH].rstrip() + "…"
    return "\n".join(f"{mark}{line}".rstrip() for line in without_links(quoted).split("\n"))
