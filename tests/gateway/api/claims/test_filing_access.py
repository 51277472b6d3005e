"""Who may file a claim, and the probes that need no token."""

from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim


async def test_a_token_for_another_account_is_refused_before_any_lookup(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    headers = gateway.as_platform("acc-somebody") | {"idempotency-key": "k"}
    for path in ("/v1/tickets", "/v1/claims/check"):
        answer = await gateway.http.post(path, json=claim, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_without_a_token_the_response_reveals_nothing(gateway: RunningGateway) -> None:
    answer = await gateway.http.post("/v1/tickets", json={}, headers={"idempotency-key": "k"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_probes_report_liveness_and_readiness(gateway: RunningGateway) -> None:
    assert (await gateway.http.get("/healthz")).json() == {"status": "ok"}
    assert (await gateway.http.get("/readyz")).status_code == 200
    assert (await gateway.http.get("/metrics")).status_code == 401
    figures = await gateway.http.get("/metrics", headers=gateway.as_operator())
    assert "gateway_requests_total" in figures.text
