"""JSON bodies: strict parsing for those that a workflow reads, and unknown fields."""

from typing import Any, Final

from fastapi import Request
from pydantic import BaseModel

from domain.codes import RefusalCode
from domain.values.json_text import MAX_MESSAGE_BYTES, parse_json
from gateway.http.problems import Problem

UNKNOWN_FIELDS_HEADER: Final = "X-Ignored-Fields"
_MAX_REPORTED: Final = 20
_MAX_NAME_LENGTH: Final = 60


async def strict_json_body(request: Request) -> Any:
    """Parse a request body as strictly as the workflow does: no deep nesting, no NaN.

    Raises `payload_too_large` or `malformed`.
    """
    raw = await request.body()
    if len(raw) > MAX_MESSAGE_BYTES:
        raise Problem(RefusalCode.PAYLOAD_TOO_LARGE)
    body = parse_json(raw)
    if body is None:
        raise Problem(RefusalCode.MALFORMED, {"body": "json"})
    return body


def unknown_field_names(request: Request, model: object) -> str:
    """Return the fields of a JSON body that `model` does not have, for a response header, so that
    callers notice misspelt ones; "" if there are none.
    """
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ""
    sent = getattr(request, "_json", None)  # parsed by FastAPI: reading it again would fail
    known = {field.alias or name for name, field in model.model_fields.items()}
    unknown = sorted(sent.keys() - known) if isinstance(sent, dict) else []
    return ", ".join(ascii(name)[1:-1][:_MAX_NAME_LENGTH] for name in unknown[:_MAX_REPORTED])
