"""Parameters and fields that a call does not know."""

import re

import pytest

from tests.support.gateway.running_gateway import RunningGateway


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("/v1/tickets?stat=resolved", ["stat"]),
        ("/v1/tickets?state=resolved&STATE=x&zz=", ["STATE", "zz"]),
        ("/v1/tickets/ZW-4KQ7-P9XT-M2AB-C?number=1", ["number"]),
    ],
)
async def test_an_unknown_parameter_is_refused_by_its_name(
    gateway: RunningGateway, path: str, unknown: list[str]
) -> None:
    answer = await gateway.http.get(path, headers=gateway.as_agent())
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert [one["field"] for one in answer.json()["errors"]] == unknown
    assert (await gateway.http.get(path)).status_code == 401


async def test_every_call_of_the_api_refuses_a_parameter_that_it_does_not_know(
    gateway: RunningGateway,
) -> None:
    all_roles = gateway.bearer_headers(
        {"roles": ["platform", "agent", "operator"], "accounts": "*"}
    )
    document = (await gateway.http.get("/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, call in item.items():
            if {"HTTPBearer": []} in call.get("security", []) and path.startswith("/v1/"):
                address = re.sub(r"{\w+}", "1", path) + "?nobody=1"
                answer = await gateway.http.request(method, address, headers=all_roles)
                assert answer.json()["code"] == "unknown_parameter", (method, path)


async def test_unknown_fields_are_named_in_a_header(gateway: RunningGateway) -> None:
    claim = {"account_id": "acc-1", "partnerid": "velotel", "ł\n": 1, "contact": {}}
    headers = gateway.as_platform()
    answer = await gateway.http.post("/v1/claims/check", json=claim, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["x-ignored-fields"] == r"partnerid, \u0142\n"
    valid = {"account_id": "acc-1", "partner_id": "velotel"}
    answer = await gateway.http.post("/v1/claims/check", json=valid, headers=headers)
    assert "x-ignored-fields" not in answer.headers


async def test_known_parameters_are_accepted(gateway: RunningGateway) -> None:
    answer = await gateway.http.get(
        "/v1/tickets?state=resolved&limit=1", headers=gateway.as_agent()
    )
    assert answer.status_code == 200
    path = "/v1/partners/velotel/form?kind=missing_cashback&language=pl"
    assert (await gateway.http.get(path, headers=gateway.as_platform())).status_code == 200


async def test_links_of_a_page_preserve_known_parameters_only(gateway: RunningGateway) -> None:
    query = "idempotency_key=k-12345678&utm=strange&" + "x=strange&" * 30
    answer = await gateway.http.get(f"/form?{query}")
    assert "idempotency_key=k-12345678&amp;language=de" in answer.text
    assert "strange" not in answer.text
