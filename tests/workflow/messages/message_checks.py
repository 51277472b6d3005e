"""Checks of messages that change nothing, and of rejected updates."""

from collections.abc import Awaitable
from typing import Final

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import TRANSITIONS_TO

OTHER_PARTNERS_OUTCOME: Final = {
    "outcome_id": "evt-x",
    "partner_id": "buchkiste",
    "outcome": "confirmed",
}


async def check_rejected(code: str, update: Awaitable[object]) -> ApplicationError:
    """Check that an update is rejected with this code; return the error."""
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await update
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == code
    return cause


async def check_unchanged_and_closable(env: TicketEnvironment) -> None:
    """Check that the ticket is unchanged, answers queries, and can still be closed."""
    assert (await env.snapshot()).state == "sent_to_partner"
    assert await env.transitions() == TRANSITIONS_TO["sent_to_partner"]
    await env.send_outcome("rejected", reason_code="order_not_found")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_not_found")
    assert (await env.snapshot()).state == "rejected"
