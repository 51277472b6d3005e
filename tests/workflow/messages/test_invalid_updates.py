"""Updates that cannot be decoded, or that the state does not allow: rejected with a code."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.payloads import raw_payload
from tests.workflow.expectations import AWAITING, TRANSITIONS_TO
from tests.workflow.messages.message_checks import check_rejected, check_unchanged_and_closable


@pytest.mark.parametrize(
    ("update", "arguments"),
    [
        ("withdraw", [raw_payload(b"{")]),
        ("withdraw", [{}, {}]),
        ("withdraw", ["please"]),
        ("decide", [{"request_id": "r", "actor": "a", "outcome": "rejected"}]),
        ("decide", [{"request_id": "r", "actor": "a", "outcome": "maybe", "note": "x"}]),
        ("resend_to_partner", [{"request_id": "", "actor": "a"}]),
        ("provide_information", [raw_payload(rb'{"answers": {"\ud800": "\ud800"}, "\udfff": 1}')]),
    ],
)
async def test_a_malformed_update_is_rejected_with_a_code(
    env: TicketEnvironment, update: str, arguments: list[object]
) -> None:
    await env.file_and_send()
    await check_rejected("malformed", env.send_update(update, *arguments))
    (entry,) = await env.wait_for_messages("malformed")
    assert entry["message"] == update
    await check_unchanged_and_closable(env)


async def test_an_update_that_no_transition_allows_is_rejected_with_a_code(
    env: TicketEnvironment,
) -> None:
    await env.file_and_confirm()
    for update, content in [
        ("withdraw", {}),
        ("resend_to_partner", {}),
        ("decide", {"outcome": "rejected", "reason_code": "other"}),
    ]:
        await check_rejected("action_not_allowed", env.send_update(update, **content))
    await env.wait_for_messages("applied", *["action_not_allowed"] * 3)
    assert await env.transitions() == TRANSITIONS_TO[AWAITING]


async def test_an_unknown_update_changes_nothing(env: TicketEnvironment) -> None:
    await env.file_and_send()
    with pytest.raises(WorkflowUpdateFailedError):
        await env.send_update("no_such_update")
    await check_unchanged_and_closable(env)
