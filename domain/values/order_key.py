"""Order numbers normalized for comparison: look-alikes are one order.

The skeleton follows UTS #39 as far as order numbers need it; docs/decisions/0021 explains why the
table is our own.
"""

import unicodedata
from typing import Final

from domain.values.text_cleaning import clean_line

_LATIN: Final = {
    "ı": "i", "ȷ": "j", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe",  # noqa: RUF001
}  # fmt: skip
"""Latin letters that Unicode does not decompose, with their replacements."""
_CYRILLIC: Final = dict(zip("авекмнорстухіјѕһԁԛԝүеёїӏ", "abekmhopctyxijshdqwyeeil", strict=True))
_GREEK: Final = dict(zip("αβεζικορτχϲϳ", "abezikoptxcj", strict=True))
_LOOKS_LIKE: Final = str.maketrans(_LATIN | _CYRILLIC | _GREEK)
"""By folded letter. `can_identify_order` refuses letters whose two cases resemble different ones
(Greek Nu).
"""


def normalize_order_number(text: str) -> str | None:
    """Return the skeleton of an order number, without punctuation and, if it consists of digits
    only, without leading zeros. `None` if nothing is left.
    """
    folded = _folded(clean_line(text)).translate(_LOOKS_LIKE)
    key = "".join(map(_plain, folded)).upper()
    return key.lstrip("0") or key[:1] or None if key.isdigit() else key or None


def can_identify_order(text: str) -> bool:
    """Return whether a text can be an order number: letters that fold to A-Z, and digits."""
    key = normalize_order_number(text)
    return key is not None and key.isascii()


def _folded(text: str) -> str:
    """Fold until nothing changes: decomposition may leave letters that fold again."""
    while (folded := unicodedata.normalize("NFKD", text.casefold())) != text:
        text = folded
    return "".join(one for one in text if not unicodedata.category(one).startswith("M"))


def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return character if character.isalnum() else ""
