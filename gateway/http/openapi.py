"""The OpenAPI document: what FastAPI writes by itself, and what every operation has besides."""

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request

from gateway.http.problems import MEDIA_TYPE, Problem, ProblemDetails, responses

_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})
_UNUSED_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")
"""Schemas of answers that FastAPI would give and we do not: ours are problem details."""
_REQUEST_ID: Final = {
    "description": "Names the request; it stands in our logs.",
    "required": True,
    "schema": {"type": "string"},
}
RETRY_AFTER_HEADER: Final = {
    "description": "Seconds after which to ask again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
_LANGUAGE: Final = {
    "description": "The language of the words.",
    "required": True,
    "schema": {"enum": ["pl", "de", "en"]},
}
_CHALLENGE: Final = {"required": True, "schema": {"type": "string"}}
_ACCEPT_LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "description": "The language of the words, of `pl`, `de` and `en`.",
    "schema": {"type": "string"},
    "example": "pl",
}
_MAX_REPORTED: Final = 20


class DocumentedAPI(FastAPI):
    """An application whose document says all that its answers can be."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document; made once."""
        if self.openapi_schema is None:
            _complete(super().openapi())
        return super().openapi()

    def parameters(self, path: str, method: str) -> frozenset[str]:
        """Return the parameters that an operation takes in its address."""
        found = self.openapi()["paths"][path][method].get("parameters", [])
        return frozenset(one["name"] for one in found if one["in"] == "query")

    @functools.cached_property
    def document(self) -> tuple[bytes, str]:
        """The document as it is sent, and its tag."""
        written = json.dumps(self.openapi(), separators=(",", ":"), ensure_ascii=False).encode()
        return written, f'"{hashlib.sha256(written).hexdigest()[:32]}"'


def reject_unknown_parameters(request: Request) -> None:
    """Raise `unknown_parameter` for what the document of this call does not name: a filter with a
    slip of the pen would find too much.
    """
    app: DocumentedAPI = request.app
    known = app.parameters(request.scope["route"].path_format, request.method.lower())
    unknown = sorted({name[:60] for name in request.query_params if name not in known})
    if unknown:
        raise Problem("unknown_parameter", dict.fromkeys(unknown[:_MAX_REPORTED], "not_known"))


def _complete(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _UNUSED_SCHEMAS:
        schemas.pop(name, None)
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas[ProblemDetails.__name__] = problem
    for operation in _operations(document):
        _complete_operation(operation)


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (path[method] for method in path.keys() & _METHODS)


def _complete_operation(operation: dict[str, Any]) -> None:
    """Add the problems that come of what an operation takes, and every answer's headers."""
    found = operation["responses"]
    if "HTTPValidationError" in str(found.get("422")):
        del found["422"]
    codes = ["internal"]
    codes += ["malformed"] if operation.get("parameters") or "requestBody" in operation else []
    codes += ["unknown_parameter"] if operation.get("security") else []
    codes += ["payload_too_large"] if "requestBody" in operation else []
    if operation.get("security"):
        codes += ["unauthorised", "forbidden", "too_many_requests", "unavailable"]
    for status, response in responses(*codes).items():
        found.setdefault(str(status), response)
    operation["responses"] = dict(sorted(found.items()))
    for status, response in found.items():
        response["headers"] = _headers(status, response) | response.get("headers", {})
    operation.setdefault("parameters", []).append(_ACCEPT_LANGUAGE)


def _headers(status: str, response: Mapping[str, Any]) -> dict[str, Any]:
    headers: dict[str, Any] = {"X-Request-ID": _REQUEST_ID}
    if MEDIA_TYPE in response.get("content", {}):
        headers["Content-Language"] = _LANGUAGE
    if status == "401":
        headers["WWW-Authenticate"] = _CHALLENGE
    if status in ("429", "503"):
        headers["Retry-After"] = RETRY_AFTER_HEADER
    return headers
