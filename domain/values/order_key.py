"""Order numbers as they are compared: what looks or folds alike is one order.

The skeleton is that of Unicode's security mechanisms (UTS #39) as far as an order number needs it;
docs/decisions/0025 says why the table is ours.
"""

import unicodedata
from typing import Final

from domain.values.text_cleaning import clean_line

_LATIN: Final = {
    "ı": "i", "ȷ": "j", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe",  # noqa: RUF001
}  # fmt: skip
"""Letters that stand for others of the alphabet and do not come apart by decomposition."""
_CYRILLIC: Final = dict(zip("авекмнорстухіјѕһԁԛԝүеёїӏ", "abekmhopctyxijshdqwyeeil", strict=True))
_GREEK: Final = dict(zip("αβεζικορτχϲϳ", "abezikoptxcj", strict=True))
_LOOKS_LIKE: Final = str.maketrans(_LATIN | _CYRILLIC | _GREEK)
"""By the folded letter. A letter whose capital looks like one and whose small form like another
(Greek Nu) is not here: `can_identify_order` refuses it.
"""


def normalize_order_number(text: str) -> str | None:
    """Bring an order number to the form in which orders are compared: its skeleton, without signs,
    and where it is digits alone without zeros before them.

    `None` where nothing is left to compare.
    """
    folded = _folded(clean_line(text)).translate(_LOOKS_LIKE)
    key = "".join(map(_plain, folded)).upper()
    return key.lstrip("0") or key[:1] or None if key.isdigit() else key or None


def can_identify_order(text: str) -> bool:
    """Say whether a member's answer can name an order: letters A to Z (or what folds to one) and
    digits.
    """
    key = normalize_order_number(text)
    return key is not None and key.isascii()


def _folded(text: str) -> str:
    """Fold until nothing changes: marks that come apart may leave letters that fold once more."""
    while (folded := unicodedata.normalize("NFKD", text.casefold())) != text:
        text = folded
    return "".join(one for one in text if not unicodedata.category(one).startswith("M"))


def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return character if character.isalnum() else ""
