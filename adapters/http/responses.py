"""Responses of partners: accepted, throttled or refused, within a bound of bytes."""

import email.utils
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from domain.errors import (
    PartnerRejectedRequest,
    PartnerThrottled,
    PartnerUnauthorised,
    PartnerUnavailable,
)

MAX_RESPONSE_BYTES: Final = 64 * 1024
MAX_RETRY_AFTER: Final = timedelta(hours=1)
MIN_RETRY_AFTER: Final = timedelta(seconds=1)
_KNOWN_ALREADY: Final = 409
_THROTTLED: Final = (429, 503)
_LATER: Final = (408, 425, 429)
_UNAUTHORISED: Final = (401, 403)


def check_status(status: int, headers: Mapping[str, str]) -> None:
    """Raise the error of a response, unless it accepts the call: 2xx, or 409 for a known one."""
    if 200 <= status < 300 or status == _KNOWN_ALREADY:
        return
    if status in _THROTTLED and "retry-after" in headers:
        raise PartnerThrottled(
            f"{status}, asked us to wait", parse_retry_after(headers["retry-after"])
        )
    if status in _LATER or status >= 500:
        raise PartnerUnavailable(f"answered {status}")
    if status in _UNAUTHORISED:
        raise PartnerUnauthorised(f"answered {status}: does not accept our signature")
    raise PartnerRejectedRequest(f"answered {status}: does not accept our call")


async def read_reference(response: httpx.Response) -> str | None:
    """Return the partner's reference, if the body has one; the call is accepted in any case."""
    try:
        answer = json.loads(await read_bounded(response))
    except (ValueError, RecursionError):
        return None
    reference = answer.get("reference") if isinstance(answer, dict) else None
    if not isinstance(reference, str):
        return None
    return reference[:200].encode("utf-8", "replace").decode()


async def read_bounded(response: httpx.Response) -> bytes:
    """Read a body without decompressing it, which could yield any size."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise ValueError("an encoded answer")
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > MAX_RESPONSE_BYTES:
            raise ValueError(f"an answer longer than {MAX_RESPONSE_BYTES} bytes")
    return bytes(content)


def parse_retry_after(value: str) -> timedelta:
    """Parse `Retry-After`, in seconds or as an HTTP date, within bounds."""
    try:
        wait = timedelta(seconds=min(int(value), 10**6))
    except (ValueError, OverflowError):
        try:
            wait = email.utils.parsedate_to_datetime(value) - datetime.now(UTC)
        except (ValueError, TypeError, OverflowError):
            wait = MIN_RETRY_AFTER
    return min(max(wait, MIN_RETRY_AFTER), MAX_RETRY_AFTER)
