"""Signed links: a token for one claim, one purpose, until a moment.

Only this file knows itsdangerous, whose signature is an HMAC under the partner's secret. Its base64
is forgiving: letters it does not know are skipped, and the last bits of a signature need not be
zero. So a token is taken only if it is, letter for letter, the one that is made.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Any, Final, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

from domain.codes import RefusalCode
from domain.errors import RequestRejected

OUTCOME: Final = "outcome"
"""The purpose of a link under which a partner tells the outcome of a claim."""
INFORMATION: Final = "information"
"""The purpose of a link under which a member answers a question."""
MAX_TOKEN_LENGTH: Final = 3000
_REFUSAL_CODE: Final = RefusalCode.INVALID_LINK


class LinkSubject(NamedTuple):
    """What a token is for: it opens nothing else."""

    purpose: str
    number: str
    partner_id: str


def member_link(number: str) -> LinkSubject:
    """Return the subject of a link that lets the member of a ticket answer."""
    return LinkSubject(INFORMATION, number, "")


def sign_link(secrets: str, subject: LinkSubject, expires_at: datetime) -> str:
    """Make a token, letters that need no quoting in an address; signed with the first of `secrets`.

    The same subject and moment (to the second) give the same token.
    """
    content = [subject.number, subject.partner_id, int(expires_at.timestamp())]
    return str(_serializer(secrets.split()[0], subject.purpose).dumps(content))


def verify_link(token: str, secrets: str, subject: LinkSubject, now: datetime) -> None:
    """Raise `RequestRejected("invalid_link")` unless `token` is for `subject` and not expired.

    Whatever is wrong with it, the refusal is the same. `secrets`: those of the partner, old and new
    side by side while they rotate, with spaces between them.
    """
    if not any(_matches(token, secret, subject, now) for secret in secrets.split()):
        raise RequestRejected(_REFUSAL_CODE)


def sign_payload(secrets: str, purpose: str, content: Any, expires_at: datetime) -> str:
    """Sign JSON `content` for one purpose, until a moment; signed, but for anybody to read."""
    told = [content, int(expires_at.timestamp())]
    return str(_serializer(secrets.split()[0], purpose).dumps(told))


def verify_payload(token: str, secrets: str, purpose: str, now: datetime) -> Any:
    """Return what was sealed; `RequestRejected("invalid_link")` for anything else, alike."""
    for secret in secrets.split():
        told = _content(token, secret, purpose)
        if isinstance(told, list) and len(told) == 2 and now.timestamp() < told[1]:
            return told[0]
    raise RequestRejected(_REFUSAL_CODE)


def _matches(token: str, secret: str, subject: LinkSubject, now: datetime) -> bool:
    match _content(token, secret, subject.purpose):
        case [number, partner_id, int(expires)]:  # a partner has its secret, and may sign anything
            return (number, partner_id) == subject[1:] and now.timestamp() < expires
    return False


def _content(token: str, secret: str, purpose: str) -> Any:
    """Return what a token says, if it is, letter for letter, one that was made; else `None`."""
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        return None
    serializer = _serializer(secret, purpose)
    try:
        content = serializer.loads(token)
    except BadData:
        return None
    again = serializer.make_signer(serializer.salt).sign(token.rpartition(".")[0])
    return content if hmac.compare_digest(again, token.encode()) else None


def _serializer(secret: str, purpose: str) -> URLSafeSerializer:
    options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(secret, salt=f"support-tickets {purpose}", signer_kwargs=options)
