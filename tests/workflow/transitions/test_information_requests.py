"""Information requests, and the configured results of a missing answer."""

from typing import Final

import pytest

from tests.support.workflow.claims import an_order
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.expectations import AWAITING, TRANSITIONS_TO
from tests.workflow.messages.message_checks import check_rejected

REQUESTED: Final = "information_requested"
QUESTION: Final = f"{REQUESTED}: sent_to_partner → {REQUESTED}"
SENT: Final = TRANSITIONS_TO["sent_to_partner"]


async def file_and_request_information(env: TicketEnvironment) -> None:
    """File a claim and let the partner request information."""
    await env.file_and_send()
    await env.send_outcome(REQUESTED, questions=["order_number"])
    row = await env.wait_for_state(REQUESTED)
    await env.wait_for_attributes(State=REQUESTED, DueAt=row["due_at"])
    await env.wait_for_emails("confirmation", "information_needed")
    assert await env.transitions() == [*SENT, QUESTION]


async def test_a_members_answer_is_checked_and_sent_to_the_partner(env: TicketEnvironment) -> None:
    """R17-R19, R22: a refusal names each wrong field; a valid answer reaches the partner."""
    await file_and_request_information(env)
    order = an_order()
    wrong = env.send_update("provide_information", answers={"order_number": "no idea"})
    await check_rejected("incomplete", wrong)
    await env.wait_for_state(REQUESTED)
    result = await env.send_update("provide_information", answers={"order_number": order})
    assert (result.state, result.state_changed) == ("sent_to_partner", True)
    await env.partner.wait_for_calls(2)
    last = env.partner.calls[-1]
    assert (last.key, last.claim["answers"]["order_number"]) == (
        f"{env.number}-information-1",
        order,
    )
    provided = f"information_provided: {REQUESTED} → sent_to_partner"
    assert await env.transitions() == [*SENT, QUESTION, provided]


async def test_an_agent_can_also_request_information(env: TicketEnvironment) -> None:
    await env.file_and_send()
    result = await env.send_update("request_information", questions=["Which one was it?"])
    assert (result.state, result.state_changed) == (REQUESTED, True)
    await env.wait_for_emails("confirmation", "information_needed")


@pytest.mark.parametrize(
    ("on_timeout", "state", "reason"),
    [("send", "sent_to_partner", None), ("reject", "rejected", "no_answer")],
)
async def test_a_missing_answer_of_the_member_sends_or_rejects_the_claim(
    open_env: EnvironmentFactory, on_timeout: str, state: str, reason: str | None
) -> None:
    information = {"deadline": "P2D", "reminders": [], "on_timeout": on_timeout}
    async with open_env(velotel={"information": information}) as env:
        await file_and_request_information(env)
        await env.skip_time(days=3)
        assert (await env.wait_for_state(state))["reason_code"] == reason
        last = f"information_not_provided: {REQUESTED} → {state}"
        assert await env.transitions() == [*SENT, QUESTION, last]


TWO_DAY_DEADLINE: Final = {"deadline": "P2D", "reminders": []}
CAP: Final = {"amount": "50.00", "currency": "PLN"}


async def test_a_response_timeout_can_reject(open_env: EnvironmentFactory) -> None:
    async with open_env(velotel={"response": TWO_DAY_DEADLINE | {"on_timeout": "reject"}}) as env:
        await env.file_and_send()
        await env.skip_time(days=3)
        outcome = await env.wait_until_closed()
        assert (outcome.state, outcome.reason_code) == ("rejected", "no_answer")
        assert await env.transitions() == [*SENT, "partner_silent: sent_to_partner → rejected"]
        await env.wait_for_emails("confirmation", "rejected")


@pytest.mark.parametrize(
    ("cap", "state", "attention"),
    [("40.00", AWAITING, []), ("39.99", "sent_to_partner", ["partner_silent"])],
)
async def test_a_response_timeout_can_confirm_under_a_cap(
    open_env: EnvironmentFactory, cap: str, state: str, attention: list[str]
) -> None:
    capped = {
        "auto_confirm_max": CAP,
        "auto_confirm_monthly_cap": {"amount": cap, "currency": "PLN"},
    }
    async with open_env(
        velotel={"response": TWO_DAY_DEADLINE | {"on_timeout": "confirm"} | capped}
    ) as env:
        await env.file_and_send()
        await env.skip_time(days=3)
        await env.wait_for_state(state, *attention)
        assert await env.transitions() == [*SENT, f"partner_silent: sent_to_partner → {state}"]
