"""Problem details (RFC 9457) with our codes, in the caller's language.

A refused claim is a result (`AdmissionResult`), not a problem.
"""

from collections.abc import Mapping
from typing import Final

from asgi_correlation_id import correlation_id
from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.codes import RefusalCode
from gateway.http.problem_status import STATUS
from gateway.i18n import catalog, preferred_language
from gateway.json_types import JsonObject

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:support-tickets:problem:"
RETRY_AFTER_SECONDS: Final = 5
"""Sent with `429` and `503` if no better time is known."""


class FieldError(BaseModel):
    """An invalid field: its path (`answers.order_number`), and a sub-code of what was expected."""

    field: str
    expected: str


class ProblemDetails(BaseModel):
    """RFC 9457. `code` is for programs, `title` for people, in the requested language."""

    type: str = Field(examples=["urn:support-tickets:problem:unknown_ticket"])
    title: str
    status: int
    code: str = Field(examples=["unknown_ticket"])
    errors: list[FieldError] = []
    request_id: str | None = None


class Problem(Exception):
    """A request that cannot be fulfilled: a code, and the invalid fields."""

    def __init__(
        self,
        code: RefusalCode,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`errors` maps paths of fields to sub-codes; `headers` are added to the response."""
        super().__init__(code)
        self.code = code
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})


def responses(*codes: RefusalCode) -> dict[int | str, JsonObject]:
    """Document the problems of an operation, without those that every operation has."""
    documented: dict[int | str, JsonObject] = {}
    for code in codes:
        title = _title(code, "en")
        entry = documented.setdefault(STATUS[code], {"description": "", "content": _content()})
        entry["description"] = " ".join(filter(None, [entry["description"], f"`{code}`: {title}"]))
        entry["content"][MEDIA_TYPE]["examples"][code] = {"value": _example(code, title)}
    return documented


def _content() -> JsonObject:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {MEDIA_TYPE: {"schema": schema, "examples": {}}}


def _example(code: RefusalCode, title: str) -> JsonObject:
    errors = (
        [FieldError(field="account_id", expected="required")]
        if code == RefusalCode.MALFORMED
        else []
    )
    return ProblemDetails(
        type=f"{TYPE_PREFIX}{code}",
        title=title,
        status=STATUS[code],
        code=code,
        errors=errors,
        request_id="0f8b6c1e5d3a4f7e9a2b4c6d8e0f1a3b",
    ).model_dump()


def _title(code: str, language: str) -> str:
    return str(catalog("problems", language)["problems"][code])


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """Build the response to a problem in the caller's language."""
    status = STATUS[problem.code]
    language = preferred_language(request)
    details = ProblemDetails(
        type=f"{TYPE_PREFIX}{problem.code}",
        title=_title(problem.code, language),
        status=status,
        code=problem.code,
        errors=[FieldError(field=name, expected=what) for name, what in problem.errors.items()],
        request_id=correlation_id.get(),
    )
    headers = {"content-language": language, **problem.headers}
    if status == 401:
        headers.setdefault("www-authenticate", "Bearer")
    if status in (429, 503):
        headers.setdefault("retry-after", str(RETRY_AFTER_SECONDS))
    return JSONResponse(details.model_dump(), status, headers, media_type=MEDIA_TYPE)


def unlocalized_problem(code: RefusalCode) -> bytes:
    """Return the body of a problem that has no request yet, and so neither language nor id."""
    title = _title(code, "en")
    details = ProblemDetails(
        type=f"{TYPE_PREFIX}{code}", title=title, status=STATUS[code], code=code
    )
    return details.model_dump_json().encode()
