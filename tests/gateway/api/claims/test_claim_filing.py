"""Filing a claim over HTTP: an immediate result, and the same when it is repeated."""

import asyncio

import pytest

from adapters.postgres.platform.feed_records import store_reward
from domain.values.ticket_number import derive_number
from tests.gateway.api.claims.filing import CONTRACT, filed, prepared
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import an_early_claim, reward_for


async def test_a_filed_claim_is_answered_and_created_once(gateway: RunningGateway) -> None:
    claim = await prepared(gateway)
    headers = gateway.as_platform(claim["account_id"]) | {"idempotency-key": gateway.new_id("key")}
    first = await gateway.http.post("/v1/tickets", json=claim, headers=headers)
    assert first.status_code == 201, first.text
    assert first.json()["status"] == "accepted"
    assert first.json().keys() == CONTRACT | {"number", "contact"}
    assert first.headers["x-request-id"]
    again = await gateway.http.post("/v1/tickets", json=claim, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_fifty_requests_under_one_key_are_one_ticket_with_one_email(
    gateway: RunningGateway,
) -> None:
    """Under load the gateway may answer `202`, pending, before the claim has its result."""
    claim, key = await prepared(gateway), gateway.new_id("key")
    answers = await asyncio.gather(*(filed(gateway, claim, key) for _ in range(50)))
    number = gateway.env.number = derive_number(claim["account_id"], key)
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.wait_for_emails("confirmation")
    final = await filed(gateway, claim, key)
    assert (final.status_code, final.json()["number"]) == (200, number)
    pending = [answer for answer in answers if answer.status_code == 202]
    created = [answer for answer in answers if answer.status_code == 201]
    repeated = [answer for answer in answers if answer.status_code == 200]
    assert len(pending) + len(created) + len(repeated) == 50
    assert len(created) == 1 or (not created and pending), "one request created the ticket"
    assert {answer.content for answer in [*created, *repeated]} <= {final.content}
    assert all(answer.json() == {"status": "pending", "number": number} for answer in pending)
    rows = await gateway.env.rows("tickets", "number")
    assert [row["account_id"] for row in rows] == [claim["account_id"]]
    accepted = [
        transition
        for transition in await gateway.env.transitions()
        if transition.startswith("claim_accepted")
    ]
    assert len(accepted) == 1


@pytest.mark.parametrize(
    ("language", "expected"),
    [("pl", "Pod tym kluczem"), ("de-AT,de;q=0.9", "Schlüssel"), ("en", "key")],
)
async def test_another_claim_under_the_same_key_is_refused_in_the_callers_language(
    gateway: RunningGateway, language: str, expected: str
) -> None:
    claim, key = await prepared(gateway), gateway.new_id("key")
    first = await filed(gateway, claim, key)
    other = claim | {"ordered_on": "2026-01-01"}
    answer = await filed(gateway, other, key, {"accept-language": language})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert expected in answer.json()["title"]
    assert answer.headers["content-language"] == language[:2]
    assert first.json()["number"] not in answer.text


async def test_the_number_is_derived_from_account_and_key(gateway: RunningGateway) -> None:
    claim, key = await prepared(gateway), gateway.new_id("key")
    answer = await filed(gateway, claim, key)
    assert answer.json()["number"] == derive_number(claim["account_id"], key)


async def test_an_early_claim_is_refused_with_its_time_in_the_members_language(
    gateway: RunningGateway,
) -> None:
    claim = await gateway.env.prepare_claim(an_early_claim(account=gateway.new_id("acc")))
    answer = await filed(gateway, claim)
    assert (answer.status_code, answer.json()["status"]) == (201, "refused")
    assert answer.json()["available_from"]
    assert "Zlecenie" in answer.json()["reasons"][0]["message"]


async def test_a_claim_for_a_granted_reward_names_the_support_address(
    gateway: RunningGateway,
) -> None:
    claim = await prepared(gateway)
    await store_reward(gateway.env.database, reward_for(claim, state="granted"))
    answer = await filed(gateway, claim)
    assert answer.json()["reasons"][0]["code"] == "reward_granted"
    assert answer.json()["contact"] == "help@rewards.example"
