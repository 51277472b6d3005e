"""The HTTP status of every problem code."""

from collections.abc import Mapping
from typing import Final

from domain.codes import RefusalCode

STATUS: Final[Mapping[str, int]] = {
    RefusalCode.MALFORMED: 422,
    RefusalCode.INCOMPLETE: 422,
    RefusalCode.DUPLICATE: 409,
    RefusalCode.NO_LINK: 409,
    RefusalCode.LINK_DOES_NOT_FIT: 409,
    RefusalCode.REWARD_GRANTED: 409,
    RefusalCode.REWARD_INVALID: 409,
    RefusalCode.REWARD_NOT_REJECTED: 409,
    RefusalCode.REWARD_REGISTERED: 409,
    RefusalCode.KEY_REUSED: 422,
    RefusalCode.REWARD_REQUIRED: 422,
    RefusalCode.WRONG_CURRENCY: 422,
    RefusalCode.APPROVAL_BY_ANOTHER: 409,
    RefusalCode.UNAUTHORISED: 401,
    RefusalCode.FORBIDDEN: 403,
    RefusalCode.UNKNOWN_TICKET: 404,
    RefusalCode.UNKNOWN_PARTNER: 404,
    RefusalCode.UNKNOWN_EVENT: 404,
    RefusalCode.UNKNOWN_DISCREPANCY: 404,
    RefusalCode.NOT_FOUND: 404,
    RefusalCode.PARTNER_TAKES_NO_CLAIMS: 404,
    RefusalCode.METHOD_NOT_ALLOWED: 405,
    RefusalCode.ACTION_NOT_ALLOWED: 409,
    RefusalCode.ID_MISMATCH: 409,
    RefusalCode.REPLAYED_MESSAGE: 409,
    RefusalCode.PAYLOAD_TOO_LARGE: 413,
    RefusalCode.ADDRESS_TOO_LONG: 414,
    RefusalCode.HEADERS_TOO_LARGE: 431,
    RefusalCode.TIMED_OUT: 408,
    RefusalCode.BAD_REQUEST: 400,
    RefusalCode.UNKNOWN_PARAMETER: 422,
    RefusalCode.TOO_MANY_REQUESTS: 429,
    RefusalCode.INVALID_LINK: 403,
    RefusalCode.NOT_SHOWN_TO_MEMBERS: 403,
    RefusalCode.INTERNAL: 500,
    RefusalCode.UNAVAILABLE: 503,
    RefusalCode.WORKFLOW_LOST: 503,
}
"""By code; every `RefusalCode` has one."""
