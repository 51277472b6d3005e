"""Signed messages (Standard Webhooks 1.0.0): whether one is what its sender signed, just now.

The `standardwebhooks` package checks the signature and the five minutes, either way. What it leaves
to chance is refused here: it takes any number for a timestamp, so that `1700000000.5` would be the
same signed moment as `1700000000` and yet look like another, and it stumbles over entries without a
comma.
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

TOLERANCE_SECONDS: Final = 5 * 60
"""Seconds between the clocks, either way: as the package has it."""


class SignedMessage(NamedTuple):
    """Which message it is, and when it was signed; a retry is a new moment under the same id."""

    message_id: str
    signed_at: datetime


def could_be_signed(headers: Mapping[str, str], now: datetime) -> bool:
    """Say whether a body is worth reading: an id, a moment of the last minutes, and a signature
    are there, in their shapes.
    """
    told = _told(headers)
    shaped = all(re.fullmatch(shape, told[name]) for name, shape in _HEADER_PATTERNS.items())
    return shaped and abs(now.timestamp() - int(told[TIMESTAMP])) <= TOLERANCE_SECONDS


def _told(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what a message's headers say; Svix names them after itself."""
    return {
        name: headers.get(name) or headers.get(name.replace("webhook-", "svix-"), "")
        for name in _HEADER_PATTERNS
    }


def verify_signature(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str]
) -> SignedMessage:
    """Raise `RequestRejected("unauthorised")` unless `body` was signed with one of `secrets`
    (`whsec_…`), five minutes ago at most.

    Every secret is tried, also after a good one: the time says nothing but their count.
    """
    told = _told(headers)
    if not all(re.fullmatch(shape, told[name]) for name, shape in _HEADER_PATTERNS.items()):
        raise RequestRejected(RefusalCode.UNAUTHORISED)
    good = [_is_signed(body, told, secret) for secret in secrets]
    if not any(good):
        raise RequestRejected(RefusalCode.UNAUTHORISED)
    return SignedMessage(told[ID], datetime.fromtimestamp(int(told[TIMESTAMP]), UTC))


def _is_signed(body: bytes, headers: dict[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True
