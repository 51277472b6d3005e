"""Ticket numbers: `ZW-4KQ7-P9XT-M2AB-C`, derived, parsed leniently, never mistaken for another
(R27, R29).

Twelve Crockford base32 characters (60 bits) and a check character from the same 32 symbols. The
check is a weighted sum over GF(32) whose weights all differ, so every single wrong character and
every swap of two neighbours changes it. A number authorises nothing.
"""

import hashlib
import re
import unicodedata

from domain.codes import ClaimRefusal
from domain.errors import RequestRejected

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "ZW"
_BODY_LENGTH = 12
_MAX_INPUT_LENGTH = 64  # folding a text of many marks takes quadratic time
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1
_GENERATOR = (
    10  # its powers are the weights, all different; this one makes ZW-4KQ7-P9XT-M2AB-C valid
)


def derive_number(account_id: str, request_key: str) -> str:
    """Derive the number of the ticket for `request_key`: the same pair gives the same number."""
    seed = f"{len(account_id)}:{account_id}:{request_key}".encode("utf-8", "surrogatepass")
    bits = int.from_bytes(hashlib.sha256(seed).digest()[:8], "big") >> 4
    body = "".join(ALPHABET[(bits >> shift) & 31] for shift in range(55, -5, -5))
    return _grouped(body + check_character(body))


def check_character(body: str) -> str:
    """Compute the check character of the twelve characters in `body`."""
    check = 0
    for character in body:
        check = _gf32_multiply(check ^ ALPHABET.index(character), _GENERATOR)
    return ALPHABET[check]


def parse_number(text: str) -> str:
    """Return the number that a person meant; case, spaces, dashes, O/0 and I/1/L do not matter.

    Raises `RequestRejected("unknown_number")` for any other text.
    """
    if len(text) > _MAX_INPUT_LENGTH:
        raise RequestRejected(ClaimRefusal.UNKNOWN_NUMBER, "number", f"a number such as {_EXAMPLE}")
    upper = unicodedata.normalize("NFKC", text).upper()
    symbols = "".join(c for c in upper if c.isalnum())
    if len(symbols) == len(PREFIX) + _BODY_LENGTH + 1 and symbols.startswith(PREFIX):
        symbols = symbols[len(PREFIX) :]
    symbols = symbols.translate(_LOOKALIKES)
    if not _has_valid_check(symbols):
        raise RequestRejected(ClaimRefusal.UNKNOWN_NUMBER, "number", f"a number such as {_EXAMPLE}")
    return _grouped(symbols)


def is_canonical(text: str) -> bool:
    """Return whether `text` is a ticket number in canonical form."""
    try:
        return parse_number(text) == text
    except RequestRejected:
        return False


def number_error_code(text: str) -> str:
    """Return the sub-code for an invalid ticket number: what was expected instead."""
    return "check_character" if looks_like_number(text) else "ticket_number"


def looks_like_number(text: str) -> bool:
    """Return whether a ticket number was meant: our prefix, or as many symbols in such groups."""
    upper = unicodedata.normalize("NFKC", text[:_MAX_INPUT_LENGTH]).upper()
    symbols = "".join(c for c in upper if c.isalnum())
    is_close = abs(len(symbols.removeprefix(PREFIX)) - _BODY_LENGTH - 1) <= 1
    is_grouped = re.fullmatch(r"(?:\w{4}[- ]){3}\w", upper) is not None
    return is_grouped or (symbols.startswith(PREFIX) and is_close)


def _has_valid_check(symbols: str) -> bool:
    fits = len(symbols) == _BODY_LENGTH + 1 and all(c in ALPHABET for c in symbols)
    return fits and check_character(symbols[:_BODY_LENGTH]) == symbols[_BODY_LENGTH]


def _gf32_multiply(value: int, factor: int) -> int:
    """Multiply in GF(32)."""
    product = 0
    while factor:
        product ^= value if factor & 1 else 0
        value = value << 1 ^ (_FIELD_POLYNOMIAL if value & 16 else 0)
        factor >>= 1
    return product


def _grouped(symbols: str) -> str:
    groups = [symbols[start : start + 4] for start in range(0, len(symbols), 4)]
    return "-".join([PREFIX, *groups])


_EXAMPLE = _grouped("4KQ7P9XTM2AB" + check_character("4KQ7P9XTM2AB"))
