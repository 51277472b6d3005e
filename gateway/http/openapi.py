"""The OpenAPI document: what FastAPI generates, completed by what all operations have in common."""

import functools
import hashlib
import json
from collections.abc import Iterator
from typing import Final, NamedTuple

from fastapi import FastAPI, Request

from domain.codes import RefusalCode
from domain.partners.market import LANGUAGES
from gateway.http.problems import MEDIA_TYPE, Problem, ProblemDetails, responses
from gateway.json_types import JsonMapping, JsonObject

_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})
_UNUSED_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")
"""FastAPI documents these for its own errors; ours are problem details."""
_REQUEST_ID: Final = {
    "description": "The id of the request, as in the logs.",
    "required": True,
    "schema": {"type": "string"},
}
RETRY_AFTER_HEADER: Final = {
    "description": "Seconds to wait before the next attempt.",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
_LANGUAGE: Final = {
    "description": "The language of the texts.",
    "required": True,
    "schema": {"enum": list(LANGUAGES)},
}
_CHALLENGE: Final = {"required": True, "schema": {"type": "string"}}
_ACCEPT_LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "description": f"The preferred language of texts, of {', '.join(LANGUAGES)}.",
    "schema": {"type": "string"},
    "example": "pl",
}
_MAX_REPORTED: Final = 20


class SerializedDocument(NamedTuple):
    """The OpenAPI document in JSON, and its entity tag."""

    body: bytes
    etag: str


class DocumentedAPI(FastAPI):
    """An application whose OpenAPI document covers every possible response."""

    def openapi(self) -> JsonObject:
        """Return the OpenAPI 3.1 document; it is built once."""
        if self.openapi_schema is None:
            _complete(super().openapi())
        return super().openapi()

    def parameters(self, path: str, method: str) -> frozenset[str]:
        """Return the names of an operation's query parameters."""
        found = self.openapi()["paths"][path][method].get("parameters", [])
        return frozenset(one["name"] for one in found if one["in"] == "query")

    @functools.cached_property
    def document(self) -> "SerializedDocument":
        """The document as it is sent."""
        body = json.dumps(self.openapi(), separators=(",", ":"), ensure_ascii=False).encode()
        return SerializedDocument(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def reject_unknown_parameters(request: Request) -> None:
    """Raise `unknown_parameter` for undocumented ones: a misspelt filter would find too much."""
    app: DocumentedAPI = request.app
    known = app.parameters(request.scope["route"].path_format, request.method.lower())
    unknown = sorted({name[:60] for name in request.query_params if name not in known})
    if unknown:
        raise Problem(
            RefusalCode.UNKNOWN_PARAMETER, dict.fromkeys(unknown[:_MAX_REPORTED], "not_known")
        )


def _complete(document: JsonObject) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _UNUSED_SCHEMAS:
        schemas.pop(name, None)
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas[ProblemDetails.__name__] = problem
    for operation in _operations(document):
        _complete_operation(operation)


def _operations(document: JsonMapping) -> Iterator[JsonObject]:
    for path in document["paths"].values():
        yield from (path[method] for method in path.keys() & _METHODS)


def _complete_operation(operation: JsonObject) -> None:
    """Add the problems that follow from an operation's input, and the headers of every response."""
    found = operation["responses"]
    if "HTTPValidationError" in str(found.get("422")):
        del found["422"]
    codes = [RefusalCode.INTERNAL]
    codes += (
        [RefusalCode.MALFORMED] if operation.get("parameters") or "requestBody" in operation else []
    )
    codes += [RefusalCode.UNKNOWN_PARAMETER] if operation.get("security") else []
    codes += [RefusalCode.PAYLOAD_TOO_LARGE] if "requestBody" in operation else []
    if operation.get("security"):
        codes += [
            RefusalCode.UNAUTHORISED,
            RefusalCode.FORBIDDEN,
            RefusalCode.TOO_MANY_REQUESTS,
            RefusalCode.UNAVAILABLE,
        ]
    for status, response in responses(*codes).items():
        found.setdefault(str(status), response)
    operation["responses"] = dict(sorted(found.items()))
    for status, response in found.items():
        response["headers"] = _headers(status, response) | response.get("headers", {})
    operation.setdefault("parameters", []).append(_ACCEPT_LANGUAGE)


def _headers(status: str, response: JsonMapping) -> JsonObject:
    headers: JsonObject = {"X-Request-ID": _REQUEST_ID}
    if MEDIA_TYPE in response.get("content", {}):
        headers["Content-Language"] = _LANGUAGE
    if status == "401":
        headers["WWW-Authenticate"] = _CHALLENGE
    if status in ("429", "503"):
        headers["Retry-After"] = RETRY_AFTER_HEADER
    return headers
