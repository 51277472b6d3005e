"""The middleware: security headers, methods, and unexpected errors."""

import json

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.http.middleware import SecurityMiddleware
from gateway.http.problems import MEDIA_TYPE
from tests.support.gateway.running_gateway import RunningGateway

CHECK = "/v1/claims/check"


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/static/style.css", CHECK])
async def test_every_response_has_the_security_headers(gateway: RunningGateway, path: str) -> None:
    answer = await gateway.http.get(path)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]


async def test_personal_responses_are_not_cached_and_static_files_are(
    gateway: RunningGateway,
) -> None:
    for path in ("/v1/tickets", "/v1/events", "/nowhere", "/desk", "/desk/sign-in", "/form"):
        for who in (gateway.as_agent(), gateway.as_platform()):
            answer = await gateway.http.get(path, headers=who)
            assert answer.headers["cache-control"] == "no-store", path
    style = await gateway.http.get("/static/style.css")
    assert "no-store" not in style.headers.get("cache-control", "")


@pytest.mark.parametrize(
    ("path", "methods"),
    [(CHECK, "POST"), ("/v1/tickets", "GET, HEAD, POST"), ("/form/sign-in", "GET, HEAD, POST")],
)
async def test_a_wrong_method_is_refused_with_the_allowed_ones(
    gateway: RunningGateway, path: str, methods: str
) -> None:
    answer = await gateway.http.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == methods


async def test_made_up_methods_leave_no_metrics(gateway: RunningGateway) -> None:
    """Metrics are labelled by method: without a limit, anybody could fill the memory."""
    for number in range(3):
        answer = await gateway.http.request(f"MADE-UP-{number}", "/healthz")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    figures = (await gateway.http.get("/metrics", headers=gateway.as_operator())).text
    assert "MADE-UP" not in figures
    assert 'method="GET"' in figures


async def call_app(app: SecurityMiddleware) -> httpx.Response:
    """Return the response of an application behind the middleware."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        return await http.get("/")


async def test_an_unexpected_error_becomes_a_problem_without_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("jan@example.com")

    answer = await call_app(SecurityMiddleware(faulty))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "jan@example.com" not in answer.text + caplog.text
    assert "internal error: KeyError at test_middleware.py:" in caplog.text


async def test_the_request_id_of_a_response_is_the_one_in_its_body(gateway: RunningGateway) -> None:
    answer = await gateway.http.get("/nowhere")
    assert answer.headers["x-request-id"] == json.loads(answer.text)["request_id"]
