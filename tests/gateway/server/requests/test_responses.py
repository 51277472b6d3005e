"""Properties of all responses: HEAD, redirects, cached documents, readiness."""

import asyncio
import time

import httpx
import pytest
from starlette.responses import PlainTextResponse

from gateway.http.middleware import SecurityMiddleware
from process.health.readiness import Readiness
from tests.support.gateway.running_gateway import RunningGateway


async def test_the_document_is_sent_once_per_etag(gateway: RunningGateway) -> None:
    first = await gateway.http.get("/openapi.json")
    tag = first.headers["etag"]
    again = await gateway.http.get("/openapi.json", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    began = time.perf_counter()
    for _ in range(20):
        assert (await gateway.http.get("/openapi.json")).content == first.content
    assert (time.perf_counter() - began) / 20 < 0.05


async def test_readiness_is_checked_once_a_second() -> None:
    checks = 0

    async def check() -> str:
        nonlocal checks
        checks += 1
        await asyncio.sleep(0.01)
        return "" if checks == 1 else "the schema"

    readiness = Readiness([check])
    assert await asyncio.gather(*(readiness.check() for _ in range(50))) == [True] * 50
    assert checks == 1
    await asyncio.sleep(1.05)
    assert await readiness.check() is False
    assert checks == 2


@pytest.mark.parametrize(
    "path",
    ["/v1/tickets/", "/desk/", "/form/", "/static", "/static/", "//evil.example/", "/healthz/"],
)
async def test_no_response_redirects_to_the_host_of_the_request(
    gateway: RunningGateway, path: str
) -> None:
    answer = await gateway.http.get(path, headers={"host": "evil.example", **gateway.as_agent()})
    assert answer.status_code in (403, 404)
    assert "location" not in answer.headers
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/static/style.css", "/openapi.json", "/form"])
async def test_every_get_has_a_head(gateway: RunningGateway, path: str) -> None:
    head, whole = await gateway.http.head(path), await gateway.http.get(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


async def test_no_other_call_has_a_head(gateway: RunningGateway) -> None:
    answer = await gateway.http.head("/v1/claims/check")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await gateway.http.post("/healthz")).headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(("is_secure", "expected"), [(True, "max-age=31536000"), (False, None)])
async def test_browsers_must_use_https_where_the_public_address_does(
    is_secure: bool, expected: str | None
) -> None:
    guarded = SecurityMiddleware(PlainTextResponse("hello"), is_secure=is_secure)
    transport = httpx.ASGITransport(guarded)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        assert (await http.get("/")).headers.get("strict-transport-security") == expected
