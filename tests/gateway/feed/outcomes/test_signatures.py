"""Signatures of partners' messages, and those that are refused."""

import json

import pytest

from tests.gateway.feed.outcomes.values import ADDRESS, OTHER_SECRET, UNKNOWN
from tests.support.gateway.partner_client import (
    ago,
    outcome,
    send_outcomes,
    signed_headers,
)
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.partner_server import SECRET


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
async def test_a_clock_may_be_five_minutes_off_either_way(
    gateway: RunningGateway, minutes: float
) -> None:
    payload = outcome(gateway, UNKNOWN)
    assert (await send_outcomes(gateway, payload, at=ago(minutes=minutes))).status_code == 202


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "another"},
        {"webhook-id": ""},
        {"webhook-id": "ü"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": "v1"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA no-comma"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v2," + "A" * 43 + "="},
        {"webhook-signature": ","},
    ],
)
async def test_headers_that_are_missing_altered_or_malformed_are_refused(
    gateway: RunningGateway, change: dict[str, str]
) -> None:
    body = json.dumps(outcome(gateway, UNKNOWN)).encode()
    headers = {**signed_headers(body, gateway.new_id("msg")), **change}
    sent = [(name.encode(), value.encode()) for name, value in headers.items() if value]
    answer = await gateway.http.post(ADDRESS, content=body, headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Standard-Webhooks"


@pytest.mark.parametrize(
    "lines", [["v1,AAAA   {}"], ["v1,AAAA\t{}"], ["{} v1,AAAA"], ["v1,AAAA", "{}"], ["v1,AAAA, {}"]]
)
@pytest.mark.parametrize("prefix", ["webhook-", "svix-"])
async def test_several_signatures_may_be_apart_or_on_several_lines(
    gateway: RunningGateway, lines: list[str], prefix: str
) -> None:
    body = json.dumps(outcome(gateway, UNKNOWN)).encode()
    headers = signed_headers(body, gateway.new_id("msg"))
    signature = headers.pop("webhook-signature")
    sent = [(name.replace("webhook-", prefix), value) for name, value in headers.items()]
    sent += [(f"{prefix}signature", line.format(signature)) for line in lines]
    answer = await gateway.http.post(ADDRESS, content=body, headers=sent)
    assert answer.status_code == 202


async def test_two_ids_of_one_message_are_refused(gateway: RunningGateway) -> None:
    body = json.dumps(outcome(gateway, UNKNOWN)).encode()
    headers = [*signed_headers(body, gateway.new_id("msg")).items(), ("webhook-id", "another")]
    assert (await gateway.http.post(ADDRESS, content=body, headers=headers)).status_code == 401


@pytest.mark.parametrize("minutes", [-5.5, 5.5, 600])
async def test_a_message_signed_at_another_time_is_refused(
    gateway: RunningGateway, minutes: float
) -> None:
    answer = await send_outcomes(gateway, outcome(gateway, UNKNOWN), at=ago(minutes=minutes))
    assert answer.status_code == 401


async def test_an_altered_body_and_a_wrong_secret_are_refused(gateway: RunningGateway) -> None:
    body = json.dumps(outcome(gateway, UNKNOWN)).encode()
    for content, secret in ((body + b" ", SECRET), (body, OTHER_SECRET), (b"\xff", SECRET)):
        headers = signed_headers(body, gateway.new_id("msg"), secret)
        assert (
            await gateway.http.post(ADDRESS, content=content, headers=headers)
        ).status_code == 401


async def test_a_sender_without_a_secret_gets_the_response_of_a_wrong_signature(
    gateway: RunningGateway,
) -> None:
    """An unknown partner, and one without a secret."""
    body = json.dumps(outcome(gateway, UNKNOWN)).encode()
    headers = signed_headers(body, "m-1", OTHER_SECRET)
    answers = [
        await gateway.http.post(f"/v1/partners/{who}/outcomes", content=body, headers=headers)
        for who in ("velotel", "nobody", "moebelhof", "%00")
    ]
    responses = [(one.status_code, one.json() | {"request_id": None}) for one in answers]
    assert responses == [responses[0]] * 4
    assert responses[0][0] == 401
    context = gateway.app.state.context
    counts = {len(context.partner_secrets(who)) for who in ("velotel", "nobody", "moebelhof")}
    assert counts == {1}  # the same number of signatures is verified for each of them
