"""Messages of a partner after its confirmation: a real ticket ignores none of them."""

from typing import Any

from adapters.postgres.decisions.grants import list_grants
from tests.support.polling import wait_until
from tests.support.workflow.claims import days_ago
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import AWAITING
from tests.workflow.messages.message_checks import check_rejected

PERIOD_OPEN = {"cancellation_ends_on": days_ago(-60).isoformat()}
ABOVE_LIMIT = {"reward": {"amount": "250.00", "currency": "PLN"}}


def pln(amount: str) -> dict[str, Any]:
    """An amount in the market's currency."""
    return {"reward": {"amount": amount, "currency": "PLN"}}


async def discrepancies(env: TicketEnvironment) -> list[tuple[str, str]]:
    """The discrepancies of the ticket: the message's id, and the code why it changed nothing."""
    async with env.database.transaction() as connection:
        rows = await connection.fetch(
            "select n.message_id, n.code from discrepancies d join ticket_messages n"
            " using (number, version, ordinal) where number = $1 order by discrepancy_id",
            env.number,
        )
    return [tuple(row) for row in rows]


async def test_a_return_in_the_period_ends_the_ticket_with_its_reason(
    env: TicketEnvironment,
) -> None:
    await env.file_and_confirm(PERIOD_OPEN)
    await env.send_outcome("rejected", reason_code="order_returned")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_returned")
    assert (await env.transitions())[-1] == f"order_cancelled: {AWAITING} → rejected"
    assert await list_grants(env.database) == []
    await env.wait_for_emails("confirmation", "partner_confirmed", "rejected")


async def test_a_partial_return_pays_the_rest_and_sends_a_separate_email(
    env: TicketEnvironment,
) -> None:
    await env.file_and_confirm(PERIOD_OPEN)
    await env.send_outcome("confirmed", **pln("12.50"))
    again = f"partner_confirmed: {AWAITING} → {AWAITING}"
    await wait_until(env.transitions, lambda transitions: transitions.count(again) == 1)
    await env.send_outcome("confirmed", cancellation_ends_on=days_ago(-3).isoformat())
    await wait_until(env.transitions, lambda transitions: transitions.count(again) == 2)
    row = await env.row()
    assert row["due_at"] == row["cancellation_ends_at"]
    await env.wait_for_attributes(State=AWAITING, DueAt=row["due_at"])
    await env.skip_time(days=5)
    outcome = await env.wait_until_closed()
    assert outcome.granted_amount
    assert str(outcome.granted_amount.amount) == "12.50"
    await env.wait_for_emails("confirmation", *["partner_confirmed"] * 3, "resolved")


async def test_a_confirmation_without_changes_sends_no_email(env: TicketEnvironment) -> None:
    await env.file_and_confirm(PERIOD_OPEN)
    await env.send_outcome("confirmed", **PERIOD_OPEN)
    await wait_until(
        env.message_log, lambda entries: any(entry["code"] == "unchanged" for entry in entries)
    )
    assert len(await env.transitions()) == 3
    assert await discrepancies(env) == []
    await env.wait_for_emails("confirmation", "partner_confirmed")


async def test_an_older_rejection_stops_the_payment_until_an_agent_decides(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.send_outcome("confirmed", occurred_at="2026-01-02T00:00:00Z")
    await env.wait_for_state(AWAITING)
    await env.send_outcome("rejected", occurred_at="2026-01-01T00:00:00Z")
    await env.wait_for_state(AWAITING, "outcome_contradicted")
    assert [code for _, code in await discrepancies(env)] == ["outdated"]
    await env.skip_time(days=30)
    await env.wait_for_state(AWAITING, "outcome_contradicted")
    await env.send_update("decide", outcome="confirmed", note="the shop says yes")
    assert (await env.wait_until_closed()).granted_amount


async def test_a_question_after_the_confirmation_is_shown_to_agents(env: TicketEnvironment) -> None:
    await env.file_and_confirm(PERIOD_OPEN)
    await env.send_outcome("information_requested", outcome_id="q", questions=["Which one?"])
    await wait_until(
        lambda: discrepancies(env), lambda found: found == [("q", "action_not_allowed")]
    )


async def test_a_proposal_is_dropped_with_a_partners_message_and_two_agents_decide_again(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    decision: dict[str, Any] = {"outcome": "confirmed", "note": "contract seen", **ABOVE_LIMIT}
    assert (await env.send_update("decide", **decision, actor="agent:anna")).awaits_approval
    await env.wait_for_state("sent_to_partner", "approval_needed")
    await env.send_outcome("information_requested", questions=["Which one?"])
    await env.wait_for_state("information_requested")
    assert (await env.send_update("decide", **decision, actor="agent:bela")).awaits_approval
    await check_rejected(
        "approval_by_another", env.send_update("decide", **decision, actor="agent:BELA")
    )
    await check_rejected("forbidden", env.send_update("decide", **decision, actor="platform"))
    assert (await env.send_update("decide", **decision, actor="agent:anna")).state_changed
    (row,) = await env.rows("approvals", "seq")
    assert (row["proposed_by"], row["approved_by"]) == ("agent:bela", "agent:anna")
    await env.skip_time(days=6)
    outcome = await env.wait_until_closed()
    assert outcome.granted_amount
    assert str(outcome.granted_amount.amount) == "250.00"
