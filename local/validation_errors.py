"""How the stack's own servers answer a malformed request."""

from pydantic import ValidationError
from starlette.responses import JSONResponse

MALFORMED = 422


def validation_error_response(error: ValidationError) -> JSONResponse:
    """`422 {"errors": [{"field": "answers.0.after", "expected": "…"}]}`."""
    errors = [
        {"field": ".".join(map(str, one["loc"])), "expected": one["msg"]}
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return JSONResponse({"errors": errors}, MALFORMED)
