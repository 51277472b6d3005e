"""Checks of messages that change nothing, and of rejected updates."""

from collections.abc import Awaitable
from typing import Final

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import TRANSITIONS_TO

OTHERS: Final = {"outcome_id": "evt-x", "partner_id": "buchkiste", "outcome": "confirmed"}


async def check_rejected(code: str, asking: Awaitable[object]) -> ApplicationError:
    """The refusal of an update, which must carry this code."""
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await asking
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == code
    return cause


async def check_unchanged_and_closable(env: TicketEnvironment) -> None:
    """The ticket is unchanged, answers queries, and can still be closed as usual."""
    assert (await env.snapshot()).state == "sent_to_partner"
    assert await env.transitions() == TRANSITIONS_TO["sent_to_partner"]
    await env.send_outcome("rejected", reason_code="order_not_found")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_not_found")
    assert (await env.snapshot()).state == "rejected"
