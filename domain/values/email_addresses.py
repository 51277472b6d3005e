"""E-mail addresses: which are accepted, and how they are stored and sent.

Domains follow IDNA 2008 (UTS #46, non-transitional: `straße.de` is `xn--strae-oqa.de`, never
`strasse.de`). The local part is never changed except for its Unicode composition (RFC 6532).
"""

import unicodedata
from typing import Annotated, Final

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from pydantic import AfterValidator, Field, StringConstraints

from domain.values.input.invalid_input import InvalidInput
from domain.values.text_cleaning import strip_invisible

MAX_LOCAL_PART_BYTES: Final = 64  # octets, as RFC 5321 counts
MAX_ADDRESS_BYTES: Final = 254


def _checked(address: str) -> ValidatedEmail:
    return validate_email(
        address, check_deliverability=False, allow_smtputf8=True, allow_display_name=False
    )


def normalize_email(text: str) -> str:
    """Return an address as it is stored and shown: its domain in Unicode and lower case.

    Raises ValueError unless it is one plain address that can be reached exactly as written:
    without a display name, quotes, comments or an IP address, with a domain of IDNA 2008 and a
    local part without look-alikes (full-width letters, ligatures).
    """
    try:
        found = _checked(strip_invisible(text))
    except EmailNotValidError:
        raise InvalidInput("malformed_email", "an address such as jan@example.com") from None
    if unicodedata.normalize("NFKC", found.local_part) != found.local_part:
        raise InvalidInput("malformed_email", "plain letters before the @, such as jan@example.com")
    local_part, whole = found.local_part.encode(), f"{found.local_part}@{found.ascii_domain}"
    if len(local_part) > MAX_LOCAL_PART_BYTES or len(whole.encode()) > MAX_ADDRESS_BYTES:
        raise InvalidInput(
            "malformed_email", f"at most {MAX_ADDRESS_BYTES} characters, 64 before the @"
        )
    return found.normalized


def normalize_email_or_keep(text: str) -> str:
    """Return the address as it is stored, or `text` unchanged if it is no address."""
    try:
        return normalize_email(text)
    except ValueError:
        return text


def to_ascii_domain(address: str) -> str:
    """Return an address for a mail server, with its domain in ASCII. Raises ValueError."""
    try:
        found = _checked(normalize_email(address))
    except EmailNotValidError:
        raise InvalidInput("malformed_email", "an address such as jan@example.com") from None
    return f"{found.local_part}@{found.ascii_domain}"


def requires_smtputf8(address: str) -> bool:
    """Return whether only a server with SMTPUTF8 (RFC 6531) accepts the address."""
    return not address.rpartition("@")[0].isascii()


EmailAddress = Annotated[
    str, StringConstraints(strict=True), Field(max_length=1000), AfterValidator(normalize_email)
]
"""One plain e-mail address, as it is stored and shown."""
