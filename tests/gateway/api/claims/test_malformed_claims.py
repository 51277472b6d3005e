"""Malformed claims, and their results or problems."""

import pytest

from tests.gateway.api.claims.filing import filed, prepared
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim


async def test_faults_inside_a_claim_are_a_result_and_not_a_problem(
    gateway: RunningGateway,
) -> None:
    """R22, R23: `incomplete`, with each field."""
    account = gateway.new_id("acc")
    answer = await filed(gateway, {"account_id": account, "answers": {}, "colour": "red"})
    assert answer.status_code == 201
    fields = {reason["field"] for reason in answer.json()["reasons"]}
    assert {"partner_id", "kind", "contact"} <= fields


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
async def test_a_body_that_is_no_claim_is_malformed(
    gateway: RunningGateway, path: str, content: bytes
) -> None:
    headers = gateway.as_platform() | {"idempotency-key": "k", "content-type": "application/json"}
    answer = await gateway.http.post(path, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_every_kind_of_text_of_a_member_is_accepted(gateway: RunningGateway) -> None:
    text = "Zażółć \x00 \U0001f9fe <b>’–\u202e"
    claim = await prepared(gateway, contact={"email": "jan@example.com", "name": text})
    answer = await filed(gateway, claim)
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
async def test_an_invalid_key_is_malformed(gateway: RunningGateway, key: str) -> None:
    headers = gateway.as_platform() | {"idempotency-key": key}
    answer = await gateway.http.post("/v1/tickets", json=a_claim(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_without_a_key_nothing_is_filed(gateway: RunningGateway) -> None:
    answer = await gateway.http.post("/v1/tickets", json=a_claim(), headers=gateway.as_platform())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


@pytest.mark.parametrize("size", [300_000, 2_000_000])
async def test_a_body_that_is_too_large_is_refused(gateway: RunningGateway, size: int) -> None:
    headers = gateway.as_platform() | {"idempotency-key": "k", "content-type": "application/json"}
    content = b'{"account_id": "acc-1", "note": "%s"}' % (b"x" * size)
    answer = await gateway.http.post("/v1/tickets", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
