"""What a partner says after its confirmation, told to a real ticket: nothing of it is silent."""

from typing import Any

from adapters.postgres.grants import list_grants
from tests.support.claims import days_ago
from tests.support.environment import Stage, until
from tests.workflow.messages.test_messages import refused_with
from tests.workflow.transitions.test_transitions import AWAITING

LATER = {"cancellation_ends_on": days_ago(-60).isoformat()}
MUCH = {"reward": {"amount": "250.00", "currency": "PLN"}}


def pln(amount: str) -> dict[str, Any]:
    """An amount in the market's currency."""
    return {"reward": {"amount": amount, "currency": "PLN"}}


async def shown(stage: Stage) -> list[tuple[str, str]]:
    """The discrepancies of the ticket: what came, and why it moved nothing."""
    async with stage.postgres.transaction() as connection:
        rows = await connection.fetch(
            "select n.message_id, n.code from discrepancies d join notes n"
            " using (number, writing, position) where number = $1 order by discrepancy_id",
            stage.number,
        )
    return [tuple(row) for row in rows]


async def test_a_return_in_the_period_ends_the_ticket_with_its_reason(stage: Stage) -> None:
    await stage.filed_and_confirmed(LATER)
    await stage.partner_says("rejected", reason_code="order_returned")
    outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_returned")
    assert (await stage.moves())[-1] == f"order_cancelled: {AWAITING} → rejected"
    assert await list_grants(stage.postgres) == []
    await stage.got_letters("confirmation", "partner_confirmed", "rejected")


async def test_a_partial_return_pays_what_is_left_with_a_letter_of_its_own(stage: Stage) -> None:
    await stage.filed_and_confirmed(LATER)
    await stage.partner_says("confirmed", **pln("12.50"))
    again = f"partner_confirmed: {AWAITING} → {AWAITING}"
    await until(stage.moves, lambda moves: moves[-1] == again)
    await stage.partner_says("confirmed", cancellation_ends_on=days_ago(-3).isoformat())
    row = await until(stage.row, lambda row: row["due_at"] == row["cancellation_ends_at"])
    await stage.shows(State=AWAITING, DueAt=row["due_at"])
    await stage.pass_time(days=5)
    outcome = await stage.ended()
    assert outcome.granted
    assert str(outcome.granted.amount) == "12.50"
    await stage.got_letters("confirmation", *["partner_confirmed"] * 3, "resolved")


async def test_a_confirmation_that_says_nothing_new_sends_no_letter(stage: Stage) -> None:
    await stage.filed_and_confirmed(LATER)
    await stage.partner_says("confirmed", **LATER)
    await until(stage.notes, lambda notes: any(note["code"] == "unchanged" for note in notes))
    assert len(await stage.moves()) == 3
    assert await shown(stage) == []
    await stage.got_letters("confirmation", "partner_confirmed")


async def test_an_older_rejection_holds_the_payment_until_a_person_decides(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.partner_says("confirmed", occurred_at="2026-01-02T00:00:00Z")
    await stage.stands(AWAITING)
    await stage.partner_says("rejected", occurred_at="2026-01-01T00:00:00Z")
    await stage.stands(AWAITING, "outcome_contradicted")
    assert [code for _, code in await shown(stage)] == ["outdated"]
    await stage.pass_time(days=30)
    await stage.stands(AWAITING, "outcome_contradicted")
    await stage.ask("decide", outcome="confirmed", note="the shop says yes")
    assert (await stage.ended()).granted


async def test_a_question_after_the_confirmation_is_shown_to_agents(stage: Stage) -> None:
    await stage.filed_and_confirmed(LATER)
    await stage.partner_says("information_requested", outcome_id="q", questions=["Which one?"])
    await until(lambda: shown(stage), lambda found: found == [("q", "not_possible_now")])


async def test_a_proposal_falls_with_the_partners_word_and_two_agents_decide_anew(
    stage: Stage,
) -> None:
    await stage.filed_and_sent()
    asking: dict[str, Any] = {"outcome": "confirmed", "note": "contract seen", **MUCH}
    assert (await stage.ask("decide", **asking, actor="agent:anna")).awaits_approval
    await stage.stands("sent_to_partner", "approval_needed")
    await stage.partner_says("information_requested", questions=["Which one?"])
    await stage.stands("information_requested")
    assert (await stage.ask("decide", **asking, actor="agent:bela")).awaits_approval
    await refused_with("approval_by_another", stage.ask("decide", **asking, actor="agent:BELA"))
    await refused_with("forbidden", stage.ask("decide", **asking, actor="platform"))
    assert (await stage.ask("decide", **asking, actor="agent:anna")).moved
    (row,) = await stage.rows("approvals", "seq")
    assert (row["proposed_by"], row["approved_by"]) == ("agent:bela", "agent:anna")
    await stage.pass_time(days=6)
    outcome = await stage.ended()
    assert outcome.granted
    assert str(outcome.granted.amount) == "250.00"
