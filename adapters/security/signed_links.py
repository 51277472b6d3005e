"""Signed links: a token for one claim and one purpose, with an expiry.

The only module that imports itsdangerous, whose signature is an HMAC under the partner's secret.
Its base64 decoder skips unknown characters and ignores the last bits of a signature, so a token is
accepted only if it equals the signed one character by character.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Any, Final, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

from domain.codes import RefusalCode
from domain.errors import RequestRejected

OUTCOME: Final = "outcome"
"""The purpose of a link for a partner's outcome."""
INFORMATION: Final = "information"
"""The purpose of a link for a member's answer to a question."""
STATUS: Final = "status"
"""The purpose of a link to the page that shows a member where a ticket stands."""
MAX_TOKEN_LENGTH: Final = 3000
_REFUSAL_CODE: Final = RefusalCode.INVALID_LINK


class LinkSubject(NamedTuple):
    """What a token grants access to."""

    purpose: str
    number: str
    partner_id: str


def member_link(number: str) -> LinkSubject:
    """Return the subject of a link that lets the member of a ticket answer."""
    return LinkSubject(INFORMATION, number, "")


def sign_link(secrets: str, subject: LinkSubject, expires_at: datetime) -> str:
    """Return a URL-safe token, signed with the first of `secrets`.

    The same subject and expiry (to the second) give the same token.
    """
    content = [subject.number, subject.partner_id, int(expires_at.timestamp())]
    return str(_serializer(secrets.split()[0], subject.purpose).dumps(content))


def verify_link(token: str, secrets: str, subject: LinkSubject, now: datetime) -> None:
    """Raise `RequestRejected("invalid_link")` unless `token` is for `subject` and not expired.

    The refusal never says why. `secrets` holds the partner's secrets, several while they rotate,
    separated by spaces.
    """
    if not any(_matches(token, secret, subject, now) for secret in secrets.split()):
        raise RequestRejected(_REFUSAL_CODE)


def sign_status_link(secrets: str, number: str, status_key: int) -> str:
    """Return the token of a ticket's status page; it expires with the ticket's `status_key`."""
    return str(_serializer(secrets.split()[0], STATUS).dumps([number, status_key]))


def verify_status_link(token: str, secrets: str, number: str) -> int:
    """Return the `status_key` that was signed for this ticket; raises `RequestRejected`."""
    for secret in secrets.split():
        match _content(token, secret, STATUS):
            case [str(signed), int(status_key)] if signed == number:
                return status_key
    raise RequestRejected(_REFUSAL_CODE)


def answer_path(secrets: str, number: str, expires_at: datetime) -> str:
    """Return the path and token of the page on which the member of a ticket answers."""
    token = sign_link(secrets, member_link(number), expires_at)
    return f"/tickets/{number}/information?token={token}"


def status_path(secrets: str, number: str, status_key: int) -> str:
    """Return the path and token of a ticket's status page."""
    return f"/tickets/{number}/status?token={sign_status_link(secrets, number, status_key)}"


def sign_payload(secrets: str, purpose: str, content: Any, expires_at: datetime) -> str:
    """Sign JSON `content` for one purpose, with an expiry; it is not encrypted."""
    payload = [content, int(expires_at.timestamp())]
    return str(_serializer(secrets.split()[0], purpose).dumps(payload))


def verify_payload(token: str, secrets: str, purpose: str, now: datetime) -> Any:
    """Return the signed content; `RequestRejected("invalid_link")` for any other token."""
    for secret in secrets.split():
        payload = _content(token, secret, purpose)
        if isinstance(payload, list) and len(payload) == 2 and now.timestamp() < payload[1]:
            return payload[0]
    raise RequestRejected(_REFUSAL_CODE)


def _matches(token: str, secret: str, subject: LinkSubject, now: datetime) -> bool:
    match _content(token, secret, subject.purpose):
        case [number, partner_id, int(expires)]:  # a partner has its secret and can sign anything
            return (number, partner_id) == subject[1:] and now.timestamp() < expires
    return False


def _content(token: str, secret: str, purpose: str) -> Any:
    """Return the content of a token, if it equals the signed one; else `None`."""
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
