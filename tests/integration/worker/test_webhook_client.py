"""Our calls to partners over real HTTP: docs/contract.md, "Our call to a partner"."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from activities.claim_delivery import ClaimDelivery, DeliveryRequest
from activities.limits.partner_limiter import PartnerLimiter
from adapters.http.responses import MAX_RESPONSE_BYTES
from adapters.http.webhook_client import WebhookClient, open_client
from adapters.postgres.database import Database
from domain.errors import (
    PartnerRejectedRequest,
    PartnerThrottled,
    PartnerUnauthorised,
    PartnerUnavailable,
)
from local.stack.ports import free_ports
from tests.support import raw_http_server
from tests.support.builders import a_profile
from tests.support.raw_http_server import RawHttpServer, response
from tests.support.servers.partner_delivery import BODY, KEY, NAME, SECRET, a_channel, deliver
from tests.support.ticket_store import CLICKED_AT, ORDERED_ON, TicketStore

OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of this length ..").decode()


async def test_while_secrets_rotate_a_call_is_signed_with_both(partner: RawHttpServer) -> None:
    async with open_client({NAME: f"{SECRET} {OTHER_SECRET}"}) as client:
        await deliver(client, partner, response(200))
    (call,) = partner.calls
    for secret in (SECRET, OTHER_SECRET):
        assert Webhook(secret).verify(call.body, call.headers) == BODY


async def test_a_call_is_signed_as_the_official_package_verifies(
    client: WebhookClient, partner: RawHttpServer
) -> None:
    await deliver(client, partner, response(200))
    (call,) = partner.calls
    assert Webhook(SECRET).verify(call.body, call.headers) == BODY
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER_SECRET).verify(call.body, call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(call.body.replace(b"claim", b"Claim"), call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(call.body, call.headers | {"webhook-id": "another"})


async def test_a_call_carries_its_key_and_posts_to_the_whole_address(
    client: WebhookClient, partner: RawHttpServer
) -> None:
    await deliver(client, partner, response(200))
    (call,) = partner.calls
    assert call.line == "POST /claims?market=pl HTTP/1.1"
    assert (call.headers["idempotency-key"], call.headers["webhook-id"]) == (KEY, KEY)
    assert call.headers["content-type"] == "application/json"
    assert abs(int(call.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 30


async def test_a_repeated_call_keeps_its_key(client: WebhookClient, partner: RawHttpServer) -> None:
    for _ in range(2):
        await deliver(client, partner, response(200))
    assert {call.headers["idempotency-key"] for call in partner.calls} == {KEY}
    assert {call.body for call in partner.calls} == {
        json.dumps(BODY, separators=(",", ":")).encode()
    }


LONG = "r" * 5000
ACCEPTED = [
    (response(200), None),
    (response(202, b'{"reference": "VT-1"}'), "VT-1"),
    (response(201, b"{}"), None),
    (response(204), None),
    (response(200, b" \r\n "), None),
    (response(200, b'{"reference": null}'), None),
    (response(200, b'{"reference": 7}'), None),
    (response(200, json.dumps({"reference": LONG}).encode()), LONG[:200]),
    (response(409), None),
    (response(409, b'{"reference": "VT-1"}'), "VT-1"),
    (response(409, b"<h1>Conflict</h1>"), None),
    (response(200, b"<h1>It works!</h1>"), None),
    (response(200, b"[]"), None),
    (response(200, b'"VT-1"'), None),
    (response(200, b"\xff\xfe\x00"), None),
    (response(200, b"[" * 50_000), None),
    (response(200, b"x" * (MAX_RESPONSE_BYTES + 1)), None),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", None),
    (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", None),
]
UNAVAILABLE = [
    response(408),
    response(425),
    response(500),
    response(502, b"Bad Gateway"),
    response(503),
    response(599),
    response(429),
    b"",
    b"SSH-2.0-OpenSSH_9.6\r\n",
]
FAULTS = [400, 402, 404, 405, 410, 413, 415, 422, 451, 301, 302, 307, 308, 304]


@pytest.mark.parametrize(("answer", "reference"), ACCEPTED)
async def test_an_accepted_claim_may_have_a_reference(
    client: WebhookClient, partner: RawHttpServer, answer: bytes, reference: str | None
) -> None:
    assert await deliver(client, partner, answer) == reference


@pytest.mark.parametrize("answer", UNAVAILABLE, ids=range(len(UNAVAILABLE)))
async def test_a_server_error_and_a_malformed_response_are_retried(
    client: WebhookClient, partner: RawHttpServer, answer: bytes
) -> None:
    with pytest.raises(PartnerUnavailable):
        await deliver(client, partner, answer)


@pytest.mark.parametrize("status", FAULTS)
async def test_any_other_response_is_a_contract_fault(
    client: WebhookClient, partner: RawHttpServer, status: int
) -> None:
    """So is a redirect: a claim is sent only to the address in the profile."""
    elsewhere = f"http://127.0.0.1:{partner.port}/elsewhere"
    with pytest.raises(PartnerRejectedRequest, match=str(status)):
        await deliver(client, partner, response(status, location=elsewhere))
    assert len(partner.calls) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_signature_is_reported(
    client: WebhookClient, partner: RawHttpServer, status: int
) -> None:
    with pytest.raises(PartnerUnauthorised, match=str(status)):
        await deliver(client, partner, response(status))


RETRY_DELAYS = {
    "3": timedelta(seconds=3),
    "0": timedelta(seconds=1),
    "-7": timedelta(seconds=1),
    "999999999999999999999": timedelta(hours=1),
    "9" * 5000: timedelta(seconds=1),
    "soon": timedelta(seconds=1),
    "1.5": timedelta(seconds=1),
    "Wed, 21 Oct 2015 07:28:00 GMT": timedelta(seconds=1),
    "Wed, 21 Oct 2015 07:28:00 -0000": timedelta(seconds=1),
    "Fri, 31 Dec 9999 23:59:59 GMT": timedelta(hours=1),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("retry_after", RETRY_DELAYS, ids=lambda retry_after: retry_after[:30])
async def test_retry_after_of_a_partner_is_obeyed_up_to_a_limit(
    client: WebhookClient, partner: RawHttpServer, status: int, retry_after: str
) -> None:
    with pytest.raises(PartnerThrottled) as caught:
        await deliver(client, partner, response(status, retry_after=retry_after))
    assert timedelta(0) < caught.value.retry_after == RETRY_DELAYS[retry_after]


async def test_retry_after_may_be_a_date(client: WebhookClient, partner: RawHttpServer) -> None:
    retry_at = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    with pytest.raises(PartnerThrottled) as caught:
        await deliver(client, partner, response(429, retry_after=retry_at))
    assert timedelta(minutes=9) < caught.value.retry_after <= timedelta(minutes=10)


async def test_a_partner_that_does_not_respond_before_its_timeout_is_unavailable(
    client: WebhookClient, partner: RawHttpServer
) -> None:
    partner.never_responds = True
    with pytest.raises(PartnerUnavailable, match="Timeout"):
        await client.deliver(a_channel(partner.address, timeout_seconds=0.2), KEY, BODY)


async def test_a_partner_that_responds_byte_by_byte_is_cut_off_at_its_timeout(
    client: WebhookClient,
) -> None:
    """Single bytes must not keep a call open longer than the profile allows."""

    async def respond_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)
        writer.close()

    async with await asyncio.start_server(respond_slowly, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        call = client.deliver(a_channel(f"http://127.0.0.1:{port}/", 0.3), KEY, BODY)
        assert await asyncio.wait_for(call, 2) is None


async def test_a_partner_whose_calls_hang_blocks_no_other(
    client: WebhookClient, partner: RawHttpServer
) -> None:
    """A profile allows a hundred calls at once."""
    async with raw_http_server.run_raw_http_server() as hanging:
        hanging.never_responds = True
        channel = a_channel(hanging.address)
        stuck = [asyncio.create_task(client.deliver(channel, KEY, BODY)) for _ in range(100)]
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            assert await deliver(client, partner, response(200)) is None
        for one in stuck:
            one.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)


async def test_a_closed_address_means_unavailable_and_shows_no_secret(
    client: WebhookClient,
) -> None:
    closed_address = f"http://127.0.0.1:{free_ports(1)[0]}/"
    with pytest.raises(PartnerUnavailable) as caught:
        await client.deliver(a_channel(closed_address), KEY, BODY)
    assert str(caught.value) == "no answer: ConnectError"


async def test_a_claim_reaches_its_partner_exactly_as_the_contract_shows(
    client: WebhookClient, partner: RawHttpServer, database: Database
) -> None:
    """Only what its form contains: no account, no name, no address."""
    store = TicketStore(database)
    await store.register_link()
    number = (await store.file(answers={"order_number": "VT-1", "surplus": "x"})).result.number
    channel: dict[str, Any] = a_channel(partner.address).model_dump(mode="json")
    delivery = ClaimDelivery(
        database, {"velotel": a_profile(channel=channel)}, client, PartnerLimiter()
    )
    partner.answer = response(202, b'{"reference": "VT-77"}')
    delivered = await delivery.deliver(
        DeliveryRequest(number=number, partner_id="velotel", purpose="claim")
    )
    (call,) = partner.calls
    assert delivered.reference == "VT-77"
    assert call.headers["idempotency-key"] == f"{number}-claim"
    assert json.loads(call.body) == {
        "claim": {
            "number": number,
            "kind": "missing_cashback",
            "ordered_on": ORDERED_ON,
            "answers": {"order_number": "VT-1"},
            "link": {"id": "lnk-acc-1001", "clicked_at": CLICKED_AT},
        }
    }


async def test_a_partner_without_a_profile_is_a_fault(
    client: WebhookClient, database: Database
) -> None:
    delivery = ClaimDelivery(database, {}, client, PartnerLimiter())
    with pytest.raises(PartnerRejectedRequest):
        await delivery.deliver(DeliveryRequest(number="ZW-x", partner_id="gone", purpose="claim"))
