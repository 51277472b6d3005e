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

from domain.errors import MessageRefused

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
_SHAPES: Final = {ID: r"[!-~]{1,200}", TIMESTAMP: r"[0-9]{1,11}", SIGNATURE: r"[!-~]+( [!-~]+)*"}


class Signed(NamedTuple):
    """Which message it is, and when it was signed; a retry is a new moment under the same id."""

    message_id: str
    signed_at: datetime


def check_signature(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> Signed:
    """Raise `MessageRefused("unauthorised")` unless `body` was signed with one of `secrets`
    (`whsec_…`), five minutes ago at most.

    Every secret is tried, also after a good one: the time says nothing but their count.
    """
    told = {name: headers.get(name, "") for name in _SHAPES}
    if not all(re.fullmatch(shape, told[name]) for name, shape in _SHAPES.items()):
        raise MessageRefused("unauthorised")
    good = [_is_signed(body, told, secret) for secret in secrets]
    if not any(good):
        raise MessageRefused("unauthorised")
    return Signed(told[ID], datetime.fromtimestamp(int(told[TIMESTAMP]), UTC))


def _is_signed(body: bytes, headers: dict[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True
