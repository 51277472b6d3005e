"""Questions to the member, and what a partner's silence means: the arrows that profiles choose."""

from typing import Final

import pytest

from tests.support.claims import an_order
from tests.support.environment import Stage
from tests.workflow.conftest import SetUp
from tests.workflow.messages.test_messages import refused_with
from tests.workflow.transitions.test_transitions import AWAITING, LED_BY

ASKED: Final = "information_requested"
QUESTION: Final = f"{ASKED}: sent_to_partner → {ASKED}"
SENT: Final = LED_BY["sent_to_partner"]


async def asked(stage: Stage) -> None:
    """File a claim and let the partner ask about it."""
    await stage.filed_and_sent()
    await stage.partner_says(ASKED, questions=["order_number"])
    row = await stage.stands(ASKED)
    await stage.shows(State=ASKED, DueAt=row["due_at"])
    await stage.got_letters("confirmation", "information_needed")
    assert await stage.moves() == [*SENT, QUESTION]


async def test_a_member_answers_a_question(stage: Stage) -> None:
    """R17-R19, R22: a wrong answer is named field by field; a right one reaches the partner."""
    await asked(stage)
    order = an_order()
    wrong = stage.ask("provide_information", answers={"order_number": "no idea"})
    await refused_with("incomplete", wrong)
    await stage.stands(ASKED)
    answer = await stage.ask("provide_information", answers={"order_number": order})
    assert (answer.state, answer.moved) == ("sent_to_partner", True)
    await stage.partner.called(2)
    last = stage.partner.calls[-1]
    assert (last.key, last.claim["answers"]["order_number"]) == (
        f"{stage.number}-information-1",
        order,
    )
    back = f"information_provided: {ASKED} → sent_to_partner"
    assert await stage.moves() == [*SENT, QUESTION, back]


async def test_an_agent_can_ask_the_member_too(stage: Stage) -> None:
    await stage.filed_and_sent()
    answer = await stage.ask("request_information", questions=["Which one was it?"])
    assert (answer.state, answer.moved) == (ASKED, True)
    await stage.got_letters("confirmation", "information_needed")


@pytest.mark.parametrize(
    ("on_timeout", "state", "reason"),
    [("send", "sent_to_partner", None), ("reject", "rejected", "no_answer")],
)
async def test_a_member_who_does_not_answer_in_time(
    staged: SetUp, on_timeout: str, state: str, reason: str | None
) -> None:
    profile = {"deadline": "P2D", "reminders": [], "on_timeout": on_timeout}
    async with staged(velotel={"information": profile}) as stage:
        await asked(stage)
        await stage.pass_time(days=3)
        assert (await stage.stands(state))["reason_code"] == reason
        last = f"information_not_provided: {ASKED} → {state}"
        assert await stage.moves() == [*SENT, QUESTION, last]


SILENT: Final = {"deadline": "P2D", "reminders": []}
UP_TO: Final = {"amount": "50.00", "currency": "PLN"}


async def test_silence_can_reject(staged: SetUp) -> None:
    async with staged(velotel={"response": SILENT | {"on_timeout": "reject"}}) as stage:
        await stage.filed_and_sent()
        await stage.pass_time(days=3)
        outcome = await stage.ended()
        assert (outcome.state, outcome.reason_code) == ("rejected", "no_answer")
        assert await stage.moves() == [*SENT, "partner_silent: sent_to_partner → rejected"]
        await stage.got_letters("confirmation", "rejected")


@pytest.mark.parametrize(
    ("cap", "state", "attention"),
    [("40.00", AWAITING, []), ("39.99", "sent_to_partner", ["partner_silent"])],
)
async def test_silence_can_confirm_under_a_cap(
    staged: SetUp, cap: str, state: str, attention: list[str]
) -> None:
    capped = {
        "auto_confirm_max": UP_TO,
        "auto_confirm_monthly_cap": {"amount": cap, "currency": "PLN"},
    }
    async with staged(velotel={"response": SILENT | {"on_timeout": "confirm"} | capped}) as stage:
        await stage.filed_and_sent()
        await stage.pass_time(days=3)
        await stage.stands(state, *attention)
        assert await stage.moves() == [*SENT, f"partner_silent: sent_to_partner → {state}"]
