"""Filing a claim over HTTP: an answer at once, the same when it is repeated."""

from tests.gateway.front import Front
from tests.workflow.claims import a_claim


async def test_a_claim_that_is_filed_is_answered_and_created_once(front: Front) -> None:
    claim = await front.stage.prepare(a_claim(account=front.new_id("acc")))
    headers = front.as_platform(claim["account_id"]) | {"idempotency-key": front.new_id("key")}
    first = await front.http.post("/v1/tickets", json=claim, headers=headers)
    assert first.status_code == 201, first.text
    assert first.json()["status"] == "accepted"
    assert first.headers["x-request-id"]
    again = await front.http.post("/v1/tickets", json=claim, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_another_claim_under_the_same_key_is_refused_as_such(front: Front) -> None:
    claim = await front.stage.prepare(a_claim(account=front.new_id("acc")))
    headers = front.as_platform() | {"idempotency-key": front.new_id("key")}
    await front.http.post("/v1/tickets", json=claim, headers=headers)
    other = claim | {"ordered_on": "2026-01-01"}
    answer = await front.http.post("/v1/tickets", json=other, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


async def test_a_token_for_another_account_is_refused_before_anything_is_looked_up(
    front: Front,
) -> None:
    claim = a_claim(account=front.new_id("acc"))
    headers = front.as_platform("acc-somebody") | {"idempotency-key": "k"}
    answer = await front.http.post("/v1/tickets", json=claim, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_without_a_token_nothing_is_said(front: Front) -> None:
    answer = await front.http.post("/v1/tickets", json={}, headers={"idempotency-key": "k"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_probes_tell_whether_the_gateway_can_work(front: Front) -> None:
    assert (await front.http.get("/healthz")).json() == {"status": "ok"}
    assert (await front.http.get("/readyz")).status_code == 200
    assert (await front.http.get("/metrics")).status_code == 401
    figures = await front.http.get("/metrics", headers=front.as_operator())
    assert "gateway_requests_total" in figures.text


async def test_a_body_that_is_too_large_is_refused(front: Front) -> None:
    headers = front.as_platform() | {"idempotency-key": "k", "content-type": "application/json"}
    answer = await front.http.post("/v1/tickets", content=b"[" * 2_000_000, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
