"""Filing a claim over HTTP: an answer at once, the same when it is repeated."""

import asyncio
from typing import Any

import httpx
import pytest

from adapters.postgres.feed_records import store_reward
from domain.values.ticket_number import derive_number
from tests.support.claims import a_claim, an_early_claim, reward_for
from tests.support.gateway import RunningGateway

CONTRACT = {"status", "state", "reasons", "available_from", "last_day", "existing_ticket"}


async def filed(
    gateway: RunningGateway, claim: Any, key: str = "", headers: dict[str, str] | None = None
) -> httpx.Response:
    """The answer to a claim, filed by a platform that speaks for all."""
    more = {"idempotency-key": key or gateway.new_id("key"), **(headers or {})}
    return await gateway.http.post("/v1/tickets", json=claim, headers=gateway.as_platform() | more)


async def prepared(gateway: RunningGateway, **changes: Any) -> dict[str, Any]:
    """A claim of an account of its own, with its link."""
    return await gateway.env.prepare_claim(a_claim(account=gateway.new_id("acc"), **changes))


async def test_a_claim_that_is_filed_is_answered_and_created_once(gateway: RunningGateway) -> None:
    claim = await prepared(gateway)
    headers = gateway.as_platform(claim["account_id"]) | {"idempotency-key": gateway.new_id("key")}
    first = await gateway.http.post("/v1/tickets", json=claim, headers=headers)
    assert first.status_code == 201, first.text
    assert first.json()["status"] == "accepted"
    assert first.json().keys() == CONTRACT | {"number", "contact"}
    assert first.headers["x-request-id"]
    again = await gateway.http.post("/v1/tickets", json=claim, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_fifty_requests_under_one_key_are_one_ticket_with_one_letter(
    gateway: RunningGateway,
) -> None:
    claim, key = await prepared(gateway), gateway.new_id("key")
    answers = await asyncio.gather(*(filed(gateway, claim, key) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.content for answer in answers}) == 1
    number = answers[0].json()["number"]
    gateway.env.number = number
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.wait_for_emails("confirmation")
    rows = await gateway.env.rows("tickets", "number")
    assert [row["account_id"] for row in rows] == [claim["account_id"]]
    accepted = [
        move for move in await gateway.env.transitions() if move.startswith("claim_accepted")
    ]
    assert len(accepted) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("pl", "Pod tym kluczem"), ("de-AT,de;q=0.9", "Schlüssel"), ("en", "key")],
)
async def test_another_claim_under_the_same_key_is_refused_in_the_callers_words(
    gateway: RunningGateway, language: str, words: str
) -> None:
    claim, key = await prepared(gateway), gateway.new_id("key")
    first = await filed(gateway, claim, key)
    other = claim | {"ordered_on": "2026-01-01"}
    answer = await filed(gateway, other, key, {"accept-language": language})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert words in answer.json()["title"]
    assert answer.headers["content-language"] == language[:2]
    assert first.json()["number"] not in answer.text


async def test_the_number_is_the_one_that_account_and_key_give(gateway: RunningGateway) -> None:
    claim, key = await prepared(gateway), gateway.new_id("key")
    answer = await filed(gateway, claim, key)
    assert answer.json()["number"] == derive_number(claim["account_id"], key)


async def test_an_early_claim_is_refused_with_its_moment_in_the_members_words(
    gateway: RunningGateway,
) -> None:
    claim = await gateway.env.prepare_claim(an_early_claim(account=gateway.new_id("acc")))
    answer = await filed(gateway, claim)
    assert (answer.status_code, answer.json()["status"]) == (201, "refused")
    assert answer.json()["available_from"]
    assert "Zlecenie" in answer.json()["reasons"][0]["message"]


async def test_a_claim_for_a_granted_reward_names_whom_to_write_to(gateway: RunningGateway) -> None:
    claim = await prepared(gateway)
    await store_reward(gateway.env.postgres, reward_for(claim, state="granted"))
    answer = await filed(gateway, claim)
    assert answer.json()["reasons"][0]["code"] == "reward_granted"
    assert answer.json()["contact"] == "help@rewards.example"


async def test_everything_that_is_wrong_inside_a_claim_is_answered_not_refused(
    gateway: RunningGateway,
) -> None:
    """R22, R23: `incomplete`, with each field."""
    account = gateway.new_id("acc")
    answer = await filed(gateway, {"account_id": account, "answers": {}, "colour": "red"})
    assert answer.status_code == 201
    fields = {reason["field"] for reason in answer.json()["reasons"]}
    assert {"partner_id", "kind", "contact"} <= fields


async def test_a_token_for_another_account_is_refused_before_anything_is_looked_up(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    headers = gateway.as_platform("acc-somebody") | {"idempotency-key": "k"}
    for path in ("/v1/tickets", "/v1/claims/check"):
        answer = await gateway.http.post(path, json=claim, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/claims/check"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"account_id": "acc-1", "answers": {"a": NaN}}',
        b'{"account_id": "acc-1", "answers": {"a": 1e999}}',
        b'{"account_id": "acc-1", "answers": {"a": "\\ud800"}}',
        b'{"account_id": "acc-1", "\\udfff": 1}',
        b'{"account_id": "acc-1", "answers": ' + b'{"a": ' * 200 + b"1" + b"}" * 201,
        b"[" * 100_000,
        b'{"account_id": "acc 1"}',
        b'{"account_id": "acc-1\\n"}',
        b'{"account_id": ""}',
        b'{"account_id": null}',
        b'{"account_id": "acc-1", "answers": ["VT"]}',
        b'{"account_id": "acc-1", "contact": "jan"}',
        b'\xff\xfe{"account_id": "acc-1"}',
    ],
)
async def test_what_is_no_claim_is_malformed(
    gateway: RunningGateway, path: str, content: bytes
) -> None:
    headers = gateway.as_platform() | {"idempotency-key": "k", "content-type": "application/json"}
    answer = await gateway.http.post(path, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_members_text_of_every_kind_travels_through(gateway: RunningGateway) -> None:
    text = "Zażółć \x00 \U0001f9fe <b>’–\u202e"
    claim = await prepared(gateway, contact={"email": "jan@example.com", "name": text})
    answer = await filed(gateway, claim)
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
async def test_a_key_that_is_none_is_malformed(gateway: RunningGateway, key: str) -> None:
    headers = gateway.as_platform() | {"idempotency-key": key}
    answer = await gateway.http.post("/v1/tickets", json=a_claim(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_without_a_key_nothing_is_filed(gateway: RunningGateway) -> None:
    answer = await gateway.http.post("/v1/tickets", json=a_claim(), headers=gateway.as_platform())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_without_a_token_nothing_is_said(gateway: RunningGateway) -> None:
    answer = await gateway.http.post("/v1/tickets", json={}, headers={"idempotency-key": "k"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_probes_tell_whether_the_gateway_can_work(gateway: RunningGateway) -> None:
    assert (await gateway.http.get("/healthz")).json() == {"status": "ok"}
    assert (await gateway.http.get("/readyz")).status_code == 200
    assert (await gateway.http.get("/metrics")).status_code == 401
    figures = await gateway.http.get("/metrics", headers=gateway.as_operator())
    assert "gateway_requests_total" in figures.text


@pytest.mark.parametrize("size", [300_000, 2_000_000])
async def test_a_body_that_is_too_large_is_refused(gateway: RunningGateway, size: int) -> None:
    headers = gateway.as_platform() | {"idempotency-key": "k", "content-type": "application/json"}
    content = b'{"account_id": "acc-1", "note": "%s"}' % (b"x" * size)
    answer = await gateway.http.post("/v1/tickets", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
