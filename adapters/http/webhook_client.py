"""Outgoing calls: to partners and, as webhooks, to the platform, both signed and identified as
Standard Webhooks 1.0.0 require; and to the token issuer for its keys.

The response decides who retries: see `domain/errors.py` and docs/contract.md, "Our call to a
partner".
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from standardwebhooks import Webhook

from adapters.http.responses import check_status, parse_retry_after, read_bounded, read_reference
from domain.errors import (
    PartnerUnavailable,
    TransientError,
    WebhooksRefused,
)
from domain.partners.channels import HttpChannel

FETCH_SECONDS: Final = 5.0


class WebhookClient:
    """Calls partners over HTTP, each with its own secret."""

    def __init__(self, client: httpx.AsyncClient, secrets: Mapping[str, str]) -> None:
        """Use `open_client` instead; `secrets` holds, under the names that profiles give, a secret
        or several with spaces between them: while secrets rotate, calls are signed with each.
        """
        self._client = client
        self._secrets = secrets

    async def deliver(self, channel: HttpChannel, key: str, body: Mapping[str, Any]) -> str | None:
        """Post `body` under the idempotency key `key`; return the partner's reference, if it gave
        one.

        Raises `PartnerThrottled`, `PartnerUnavailable`, `PartnerUnauthorised` or
        `PartnerRejectedRequest`.
        """
        secrets = self._secrets[channel.secret]
        call = self._post(str(channel.address), secrets, key, body, channel.timeout_seconds)
        taken = False
        try:
            async with call as response:
                check_status(response.status_code, response.headers)
                taken = True  # errors in the rest of its response do not matter
                return await read_reference(response)
        except (httpx.HTTPError, TimeoutError) as error:
            if taken:
                return None
            raise PartnerUnavailable(f"no answer: {type(error).__name__}") from error

    async def post_event(
        self, address: str, secrets: str, key: str, body: Mapping[str, Any], seconds: float
    ) -> None:
        """Post the message `key` as a webhook; any 2xx within `seconds` is a success.

        Raises `TransientError`, with the delay that the response requests, and `WebhooksRefused`
        after a 410.
        """
        try:
            async with self._post(address, secrets, key, body, seconds) as response:
                if response.is_success:
                    return
                if response.status_code == httpx.codes.GONE:
                    raise WebhooksRefused(f"answered {response.status_code}")
                retry_after = response.headers.get("retry-after")
                wait = parse_retry_after(retry_after) if retry_after else None
                raise TransientError(f"answered {response.status_code}", wait)
        except (httpx.HTTPError, TimeoutError) as error:
            raise TransientError(f"no answer: {type(error).__name__}") from error

    async def fetch(self, address: str) -> bytes:
        """Get the body at `address`, within the time-out and the size limit.

        Raises `TransientError` for every failure.
        """
        headers = {"accept-encoding": "identity"}
        try:
            async with (
                asyncio.timeout(FETCH_SECONDS),
                self._client.stream("GET", address, headers=headers, timeout=None) as response,
            ):
                if response.status_code != 200:
                    raise TransientError(f"answered {response.status_code}")
                return await read_bounded(response)
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            raise TransientError(f"no answer: {type(error).__name__}") from error

    @asynccontextmanager
    async def _post(
        self, address: str, secrets: str, key: str, body: Mapping[str, Any], seconds: float
    ) -> AsyncIterator[httpx.Response]:
        content = json.dumps(body, separators=(",", ":")).encode("ascii")
        headers = _headers(secrets, key, content.decode())
        # The time-out covers the whole call, not each piece of the response.
        async with (
            asyncio.timeout(seconds),
            self._client.stream(
                "POST", address, content=content, headers=headers, timeout=None
            ) as response,
        ):
            yield response


@asynccontextmanager
async def open_client(secrets: Mapping[str, str]) -> AsyncIterator[WebhookClient]:
    """Open one client for all partners; redirects are not followed, proxies from the environment
    are not used.
    """
    # Each partner's limiter bounds its calls; a common bound would let one stop the others.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    async with httpx.AsyncClient(follow_redirects=False, trust_env=False, limits=limits) as client:
        yield WebhookClient(client, secrets)


def _headers(secrets: str, key: str, content: str) -> dict[str, str]:
    now = datetime.now(UTC)
    signatures = [Webhook(secret).sign(key, now, content) for secret in secrets.split()]
    return {
        "accept-encoding": "identity",
        "content-type": "application/json",
        "idempotency-key": key,
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
