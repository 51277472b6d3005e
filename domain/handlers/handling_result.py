"""What follows from a message, besides the changes of the ticket."""

from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.messages.commands import InformationAnswer
from domain.values.types import FrozenModel


class HandlingResult(FrozenModel):
    """What the workflow does next.

    `is_log_only`: nothing changed but the log, which may be stored later. `delivery_purpose`: the
    claim is to be delivered now. `result`: for the sender of an update. `information_to_check`: a
    member's answers that the form has to accept first. `log_code`: the code under which the
    message is logged; `None` for one that is not logged.
    """

    is_log_only: bool = False
    delivery_purpose: str | None = None
    result: StoredRequestResult | None = None
    information_to_check: InformationAnswer | None = None
    log_code: str | None = None
