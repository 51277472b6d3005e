"""Verification of signed messages (Standard Webhooks 1.0.0).

The `standardwebhooks` package checks the signature and the tolerance of five minutes. This module
also refuses timestamps that are not integers, such as `1700000000.5`, which would pass as another
message, and entries without a comma, on which the package fails.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from standardwebhooks import Webhook, WebhookVerificationError

from domain.codes import RefusalCode
from domain.errors import RequestRejected

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
_HEADER_PATTERNS: Final = {
    ID: r"[!-~]{1,200}",
    TIMESTAMP: r"[0-9]{1,11}",
    SIGNATURE: r"[!-~]+( [!-~]+)*",
}
_SEPARATORS: Final = re.compile(r",?[ \t]+")
"""Between signatures; a proxy joins lines with a comma and a space."""

TOLERANCE_SECONDS: Final = 5 * 60
"""Between the clocks, in either direction, as in the package."""


class SignedMessage(NamedTuple):
    """The id of a message and the time of its signature; a retry has a new time."""

    message_id: str
    signed_at: datetime


def could_be_signed(headers: Mapping[str, str], now: datetime) -> bool:
    """Return whether the headers have a well-formed id, signature and recent timestamp.

    If not, the body need not be read.
    """
    values = _signature_headers(headers)
    shaped = all(re.fullmatch(shape, values[name]) for name, shape in _HEADER_PATTERNS.items())
    return shaped and abs(now.timestamp() - int(values[TIMESTAMP])) <= TOLERANCE_SECONDS


def _signature_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of the signature, also under the names that Svix uses.

    Several signatures may be on several lines, or be joined by a proxy.
    """
    values = {
        name: _lines(headers, name) or _lines(headers, name.replace("webhook-", "svix-"))
        for name in _HEADER_PATTERNS
    }
    return values | {SIGNATURE: _SEPARATORS.sub(" ", values[SIGNATURE]).strip()}


def _lines(headers: Mapping[str, str], name: str) -> str:
    return " ".join(text for line, text in headers.items() if line == name)


def verify_signature(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str]
) -> SignedMessage:
    """Raise `RequestRejected("unauthorised")` unless `body` was signed with one of `secrets`
    (`whsec_…`), five minutes ago at most.

    Every secret is tried, so that the time reveals nothing but their number.
    """
    values = _signature_headers(headers)
    if not all(re.fullmatch(shape, values[name]) for name, shape in _HEADER_PATTERNS.items()):
        raise RequestRejected(RefusalCode.UNAUTHORISED)
    good = [_is_signed(body, values, secret) for secret in secrets]
    if not any(good):
        raise RequestRejected(RefusalCode.UNAUTHORISED)
    return SignedMessage(values[ID], datetime.fromtimestamp(int(values[TIMESTAMP]), UTC))


def _is_signed(body: bytes, headers: dict[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True
