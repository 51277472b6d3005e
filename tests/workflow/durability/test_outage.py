"""PostgreSQL, the mail server or the worker gone for a while: tickets wait, and then go on."""

from datetime import UTC, datetime
from typing import Final

from adapters.postgres.grants import list_grants
from tests.support.claims import a_claim
from tests.support.environment import Stage, until
from tests.workflow.transitions.test_transitions import AWAITING, LED_BY

MINUTES: Final = 5
# A marker for the local attempts, their timer, the activity's own three, and workflow tasks.
HANDFUL: Final = 15


async def is_retried(stage: Stage, activity: str) -> int:
    """Wait until the operator sees the activity tried again; return the events so far."""
    await until(stage.pending, lambda pending: pending.get(activity, 0) > 1)
    return len(await stage.events())


async def outage_lasts(stage: Stage, activity: str) -> None:
    """Let minutes pass: attempts grow, history does not."""
    before = await is_retried(stage, activity)
    attempts = (await stage.pending())[activity]
    await stage.pass_time(minutes=MINUTES)
    assert (await stage.pending())[activity] > attempts
    assert len(await stage.events()) == before


async def is_back(stage: Stage) -> None:
    """Let the database be there again; tickets go on within a minute."""
    stage.database_wire.mend()
    await stage.pass_time(minutes=1)


async def test_the_database_may_be_gone_during_an_admission(stage: Stage) -> None:
    """The workflow has begun; its history stays short, and it is admitted in the end."""
    claim = await stage.prepare()
    stage.database_wire.cut()
    await stage.begin(claim)
    await outage_lasts(stage, "admit_claim")
    assert len(await stage.events()) < HANDFUL
    assert (await stage.snapshot()).state == "created"
    await is_back(stage)
    await stage.stands("sent_to_partner")
    await stage.got_letters("confirmation")
    assert await stage.moves() == LED_BY["sent_to_partner"]


async def test_a_refusal_that_took_longer_than_ten_seconds_is_also_a_letter(stage: Stage) -> None:
    """Its caller may have gone; and the books still keep nothing personal."""
    stage.database_wire.cut()
    claim = a_claim(partner_id="nobody")
    await stage.begin(claim)
    await is_retried(stage, "admit_claim")
    await stage.pass_time(seconds=15)
    await is_back(stage)
    assert (await stage.ended()).reason_code == "unknown_partner"
    await stage.got_letters("claim_not_accepted")
    (letter,) = stage.box.find(number=stage.number)
    assert letter.to == claim["contact"]["email"]
    assert (await stage.row())["contact"] is None


async def test_the_database_may_be_gone_during_a_move(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.got_letters("confirmation")
    before = len(await stage.events())
    stage.database_wire.cut()
    await stage.partner_says("rejected", reason_code="order_not_found")
    await outage_lasts(stage, "apply_changes")
    assert len(await stage.events()) - before < HANDFUL
    await is_back(stage)
    assert (await stage.ended()).state == "rejected"
    await stage.got_letters("confirmation", "rejected")
    last = "partner_rejected: sent_to_partner → rejected"
    assert await stage.moves() == [*LED_BY["sent_to_partner"], last]


async def test_the_database_may_be_gone_during_the_grant(stage: Stage) -> None:
    """The reward is granted exactly once."""
    await stage.filed_and_confirmed()
    await stage.got_letters("confirmation", "partner_confirmed")
    ends_in = (await stage.row())["due_at"] - datetime.now(UTC)
    await stage.pass_time(seconds=ends_in.total_seconds() - 60)
    stage.database_wire.cut()
    await stage.pass_time(minutes=2)
    await outage_lasts(stage, "settle_ticket")
    await is_back(stage)
    assert (await stage.ended()).state == "resolved"
    assert [grant["number"] for grant in await list_grants(stage.postgres)] == [stage.number]


async def test_the_mail_server_may_be_gone(stage: Stage) -> None:
    """The ticket moves on; its letters arrive later, in order, once each."""
    stage.mail_wire.cut()
    await stage.filed_and_confirmed()
    await until(stage.pending, lambda pending: pending.get("send_email", 0) > 1)
    assert stage.letters() == []
    await stage.pass_time(minutes=MINUTES)
    await stage.stands(AWAITING)
    stage.mail_wire.mend()
    await stage.pass_time(minutes=5)
    await stage.got_letters("confirmation", "partner_confirmed")
    await stage.pass_time(days=6)
    await stage.ended()
    await stage.got_letters("confirmation", "partner_confirmed", "resolved")


async def test_ten_minutes_without_a_mail_server_are_shown_until_they_are_over(
    stage: Stage,
) -> None:
    stage.mail_wire.cut()
    await stage.filed_and_sent()
    await stage.pass_time(minutes=12)
    await stage.stands("sent_to_partner", "mail_retrying")
    stage.mail_wire.mend()
    await stage.pass_time(minutes=6)
    await stage.stands("sent_to_partner")
    await stage.got_letters("confirmation")


async def test_the_worker_may_be_gone(real_stage: Stage) -> None:
    """What is said meanwhile waits; a worker that has never seen the ticket goes on with it."""
    stage = real_stage
    await stage.filed_and_sent()
    await stage.got_letters("confirmation")
    await stage.workers_go()
    await stage.signal("reward_registered", {"reward_id": ""})
    await stage.partner_says("confirmed", cancellation_ends_on="2026-01-01")
    await stage.workers_come()
    assert (await stage.ended()).state == "resolved"
    await stage.noted("malformed", "applied")
    assert len(stage.partner.calls) == 1
    await stage.got_letters("confirmation", "partner_confirmed", "resolved")
