"""Calls of strangers cost little: refused by their head, before a body is read or more asked."""

import asyncio
import re
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.responses import PlainTextResponse

from adapters.security.webhook_signatures import could_be_signed
from gateway.http.middleware import SecurityMiddleware
from gateway.readiness import Readiness
from tests.support.gateway import RunningGateway

NO_BODY = b"content-type: application/json\r\ncontent-length: 200000\r\n\r\n"


async def first_line(gateway: RunningGateway, head: bytes) -> bytes:
    """How the gateway answers a head whose body never comes."""
    where = urlsplit(gateway.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(head)
        return await asyncio.wait_for(reader.readline(), 3)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/tickets"),
        ("POST", "/v1/claims/check"),
        ("PUT", "/v1/links"),
        ("PUT", "/v1/rewards/r-1"),
        ("POST", "/v1/tickets/ZW-4KQ7-P9XT-M2AB-C/decision"),
        ("POST", "/v1/partners/velotel/outcomes"),
    ],
)
async def test_a_body_without_a_token_or_signature_is_not_waited_for(
    gateway: RunningGateway, method: str, path: str
) -> None:
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\n".encode()
    assert b" 401 " in await first_line(gateway, head + NO_BODY)
    wrong = b"authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x\r\n"
    assert b" 401 " in await first_line(gateway, head + wrong + NO_BODY)


async def test_a_body_of_the_wrong_role_is_not_waited_for(gateway: RunningGateway) -> None:
    token = f"authorization: {gateway.as_operator()['authorization']}\r\n".encode()
    head = b"POST /v1/tickets HTTP/1.1\r\nhost: x\r\n" + token + NO_BODY
    assert b" 403 " in await first_line(gateway, head)


async def test_no_call_of_the_api_waits_for_the_body_of_a_stranger(gateway: RunningGateway) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    calls = [(path, call) for path, item in document["paths"].items() for call in item.items()]
    taking = [(method, path) for path, (method, call) in calls if "requestBody" in call]
    assert len(taking) >= 10
    for method, path in taking:
        address = re.sub(r"{\w+}", "1", path)
        head = f"{method.upper()} {address} HTTP/1.1\r\nhost: x\r\n".encode()
        assert b" 401 " in await first_line(gateway, head + NO_BODY), path


@pytest.mark.parametrize(
    ("changed", "is_worth_reading"),
    [
        ({}, True),
        ({"webhook-timestamp": "1"}, False),
        ({"webhook-timestamp": "99999999999"}, False),
        ({"webhook-timestamp": "now"}, False),
        ({"webhook-signature": ""}, False),
        ({"webhook-id": ""}, False),
    ],
)
def test_a_signed_message_is_read_where_its_headers_could_be_right(
    changed: dict[str, str], is_worth_reading: bool
) -> None:
    now = datetime.now(UTC)
    sound = {"webhook-id": "m", "webhook-timestamp": str(int(now.timestamp()))}
    headers = sound | {"webhook-signature": "v1,eA=="} | changed
    assert could_be_signed(headers, now) is is_worth_reading
    as_svix = {name.replace("webhook", "svix"): text for name, text in headers.items()}
    assert could_be_signed(as_svix, now) is is_worth_reading


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
    everybody = gateway.bearer_headers(
        {"roles": ["platform", "agent", "operator"], "accounts": "*"}
    )
    document = (await gateway.http.get("/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, call in item.items():
            if {"HTTPBearer": []} in call.get("security", []) and path.startswith("/v1/"):
                address = re.sub(r"{\w+}", "1", path) + "?nobody=1"
                answer = await gateway.http.request(method, address, headers=everybody)
                assert answer.json()["code"] == "unknown_parameter", (method, path)


async def test_fields_that_nobody_reads_are_named(gateway: RunningGateway) -> None:
    claim = {"account_id": "acc-1", "partnerid": "velotel", "ł\n": 1, "contact": {}}
    headers = gateway.as_platform()
    answer = await gateway.http.post("/v1/claims/check", json=claim, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["x-ignored-fields"] == r"partnerid, \u0142\n"
    sound = {"account_id": "acc-1", "partner_id": "velotel"}
    answer = await gateway.http.post("/v1/claims/check", json=sound, headers=headers)
    assert "x-ignored-fields" not in answer.headers


async def test_known_parameters_are_taken(gateway: RunningGateway) -> None:
    answer = await gateway.http.get(
        "/v1/tickets?state=resolved&limit=1", headers=gateway.as_agent()
    )
    assert answer.status_code == 200
    path = "/v1/partners/velotel/form?kind=missing_cashback&language=pl"
    assert (await gateway.http.get(path, headers=gateway.as_platform())).status_code == 200


async def test_links_of_a_page_carry_on_only_what_pages_know(gateway: RunningGateway) -> None:
    query = "idempotency_key=k-12345678&utm=strange&" + "x=strange&" * 30
    answer = await gateway.http.get(f"/form?{query}")
    assert "idempotency_key=k-12345678&amp;language=de" in answer.text
    assert "strange" not in answer.text


@pytest.mark.parametrize("more", ["", "; multipart/form-data", "; boundary=x"])
async def test_a_form_of_separators_is_refused_before_each_is_looked_at(
    gateway: RunningGateway, more: str
) -> None:
    headers = {"content-type": f"application/x-www-form-urlencoded{more}"}
    for path, size, status in (("/form/sign-in", 16_000, 413), ("/form/sign-in", 60_000, 413)):
        began = time.perf_counter()
        answer = await gateway.http.post(path, content=b"&" * size, headers=headers)
        assert answer.status_code == status
        assert time.perf_counter() - began < 1


async def test_the_document_is_sent_once(gateway: RunningGateway) -> None:
    first = await gateway.http.get("/openapi.json")
    tag = first.headers["etag"]
    again = await gateway.http.get("/openapi.json", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    began = time.perf_counter()
    for _ in range(20):
        assert (await gateway.http.get("/openapi.json")).content == first.content
    assert (time.perf_counter() - began) / 20 < 0.05


async def test_whether_the_gateway_is_ready_is_asked_once_a_second() -> None:
    asked = 0

    async def ask() -> bool:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return asked == 1

    readiness = Readiness()
    assert await asyncio.gather(*(readiness.check(ask) for _ in range(50))) == [True] * 50
    assert asked == 1
    await asyncio.sleep(1.05)
    assert await readiness.check(ask) is False
    assert asked == 2


@pytest.mark.parametrize(
    "path",
    ["/v1/tickets/", "/desk/", "/form/", "/static", "/static/", "//evil.example/", "/healthz/"],
)
async def test_no_answer_leads_where_the_request_says(gateway: RunningGateway, path: str) -> None:
    answer = await gateway.http.get(path, headers={"host": "evil.example", **gateway.as_agent()})
    assert answer.status_code in (403, 404)
    assert "location" not in answer.headers
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/static/style.css", "/openapi.json", "/form"])
async def test_what_there_is_to_get_has_a_head(gateway: RunningGateway, path: str) -> None:
    head, whole = await gateway.http.head(path), await gateway.http.get(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


async def test_what_there_is_not_to_get_has_no_head(gateway: RunningGateway) -> None:
    answer = await gateway.http.head("/v1/claims/check")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await gateway.http.post("/healthz")).headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(("is_secure", "told"), [(True, "max-age=31536000"), (False, None)])
async def test_browsers_are_told_to_keep_to_https_where_people_come_by_it(
    is_secure: bool, told: str | None
) -> None:
    guarded = SecurityMiddleware(PlainTextResponse("hello"), is_secure=is_secure)
    transport = httpx.ASGITransport(guarded)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        assert (await http.get("/")).headers.get("strict-transport-security") == told
