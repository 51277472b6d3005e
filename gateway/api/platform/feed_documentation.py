"""What the calls of the feed have in common in the OpenAPI document."""

from typing import Annotated, Any, Final

from pydantic import Field

from domain.codes import RefusalCode
from gateway.http.problems import responses

MAX_RECORDS: Final = 1000


BATCH_PROBLEMS: Final = responses(
    RefusalCode.MALFORMED,
    RefusalCode.PAYLOAD_TOO_LARGE,
    RefusalCode.UNAUTHORISED,
    RefusalCode.FORBIDDEN,
    RefusalCode.UNAVAILABLE,
)


PROBLEMS: Final = BATCH_PROBLEMS | responses(RefusalCode.ID_MISMATCH)


ID_LIMITS: Final = {"min_length": 1, "max_length": 200, "pattern": r"^[!-~]+$"}


Records = Annotated[list[Any], Field(max_length=MAX_RECORDS)]
