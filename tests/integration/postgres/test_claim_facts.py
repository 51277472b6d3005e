"""The facts of the moment decide: at settlement, at a later answer, and when a hold ends.

Also where two tickets know one order by different names.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.persistence_requests import InformationSubmission
from adapters.postgres.database import QUERIES, Database
from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.platform.feed_records import store_link
from domain.claims.information_form import CompletedForm
from domain.handlers.information_results import information_changes
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from tests.support.builders import ORDER_FIELD, a_field, a_link, a_question, an_answer
from tests.support.csv_filing import CLICKED_AT, Desk, settlement
from tests.support.stored_rows import opened

OWN = "acc-1001"
LINK = f"lnk-{OWN}"
CONTEST: dict[str, Any] = {
    "kind": "rejected_reward",
    "reward_id": "rew-5",
    "link_id": None,
    "ordered_on": None,
}
# Contests are not asked for a number: the link alone says that they may be for the same order.
MISSING_FORM = a_field(is_order_number=True, kinds=["missing_cashback", "missing_referral_reward"])
UNASKED = {"fields": [MISSING_FORM, a_field("objection", required=False)]}


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = Desk(database)
    await desk.open_account()
    await desk.open_account("acc-2")
    return desk


async def moved(desk: Desk, **changes: Any) -> None:
    """The platform's feed says otherwise of the account's link."""
    known = {"link_id": LINK, "version": 2, "account_id": OWN, "clicked_at": CLICKED_AT}
    await store_link(desk.database, a_link(**known | changes))


async def contested(desk: Desk, **reward: Any) -> None:
    """A rejected reward of the account, that may be contested now."""
    today = datetime.now(UTC)
    await desk.reward(**{"link_id": LINK, "changed_at": today} | reward)


async def informed(desk: Desk, aggregate: TicketAggregate, **answer: Any) -> CompletedForm:
    """The result of a later answer of the ticket's member."""
    now, said = datetime.now(UTC), an_answer(**{"note": "please"} | answer)
    change_set = information_changes(aggregate.ticket, said, now)
    number = aggregate.ticket.number
    return await desk.persistence.save_information(
        InformationSubmission(number=number, request=said, changes=change_set)
    )


LINK_NOW: list[dict[str, Any]] = [
    {"account_id": "acc-2"},
    {"partner_id": "fernweh"},
    {"kind": "referral"},
    {"clicked_at": datetime.now(UTC)},
]


@pytest.mark.parametrize("link", LINK_NOW)
async def test_a_link_that_does_not_fit_any_more_earns_nothing(
    desk: Desk, database: Database, link: dict[str, Any]
) -> None:
    """R10, R15: moved to another account or partner, of another kind, younger than the order."""
    aggregate = await desk.confirm(await desk.file())
    held = (await desk.file("VT-2")).result.number
    await moved(desk, **link)
    assert await desk.settle(aggregate) is SettlementResult.TERMS_NOT_MET
    assert await desk.persistence.recheck_rewards(held) is HoldReleaseResult.TERMS_NOT_MET
    assert await list_grants(database) == []


async def test_an_invalid_reward_earns_nothing(desk: Desk, database: Database) -> None:
    """R5: judged so after the confirmation, for a missing reward and for a contested one."""
    await contested(desk, order_number="VT-3")
    courses = [
        await desk.confirm(await desk.file()),
        await desk.confirm(await desk.file("VT-3", **CONTEST)),
    ]
    await desk.reward(reward_id="rew-6", state="invalid", link_id=LINK)
    await contested(desk, order_number="VT-3", version=2, state="invalid")
    assert [await desk.settle(aggregate) for aggregate in courses] == [
        SettlementResult.TERMS_NOT_MET
    ] * 2
    assert await list_grants(database) == []


async def test_a_rejection_for_the_terms_is_stored_once_and_returned_again(
    desk: Desk, database: Database
) -> None:
    """Both rejections are the same transition; the reason distinguishes them."""
    aggregate = await desk.confirm(await desk.file())
    asked = settlement(aggregate)
    await moved(desk, account_id="acc-2")
    assert await desk.persistence.settle(asked) is SettlementResult.TERMS_NOT_MET
    await moved(desk, version=3)
    assert await desk.persistence.settle(asked) is SettlementResult.TERMS_NOT_MET
    row = await database.fetch_row(
        QUERIES.get_ticket_detail, number=aggregate.ticket.number, messages=1
    )
    assert row
    assert (row["state"], row["reason_code"]) == ("rejected", "terms_not_met")


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("registered", SettlementResult.REWARD_REGISTERED),
        ("granted", SettlementResult.REWARD_REGISTERED),
        ("invalid", SettlementResult.TERMS_NOT_MET),
        ("rejected", SettlementResult.GRANTED),
    ],
)
async def test_a_contested_reward_is_looked_at_as_it_is_then(
    desk: Desk, state: str, verdict: SettlementResult
) -> None:
    await contested(desk)
    aggregate = await desk.confirm(await desk.file(**CONTEST))
    await contested(desk, version=2, state=state)
    assert await desk.settle(aggregate) is verdict


@pytest.mark.parametrize(
    ("reward", "verdict"),
    [
        ({"account_id": "acc-2"}, SettlementResult.TERMS_NOT_MET),
        ({"account_id": "acc-2", "state": "granted"}, SettlementResult.ALREADY_REWARDED),
        ({"order_number": "VT-9"}, SettlementResult.TERMS_NOT_MET),
        ({"link_id": "lnk-acc-2"}, SettlementResult.TERMS_NOT_MET),
    ],
)
async def test_a_contested_reward_that_is_of_something_else_by_now_earns_nothing(
    desk: Desk, reward: dict[str, Any], verdict: SettlementResult
) -> None:
    """Another account's, for another order, from another link."""
    await contested(desk)
    aggregate = await desk.confirm(await desk.file(**CONTEST))
    await contested(desk, version=2, **reward)
    assert await desk.settle(aggregate) is verdict


async def test_a_missing_and_a_contested_reward_for_one_order_are_one(
    desk: Desk, database: Database
) -> None:
    """Settled at once, again and again: one grant each time."""
    for turn in range(10):
        order = f"VT-{turn}"
        await contested(desk, reward_id=f"rew-{turn}", order_number=order)
        contest = CONTEST | {"reward_id": f"rew-{turn}"}
        pair = [
            await desk.confirm(await desk.file(order)),
            await desk.confirm(await desk.file(order, **contest)),
        ]
        verdicts = await asyncio.gather(*map(desk.settle, pair))
        assert sorted(verdicts) == [SettlementResult.ALREADY_REWARDED, SettlementResult.GRANTED]
    assert len(await list_grants(database)) == 10


async def test_two_tickets_that_know_one_order_by_number_and_by_link_are_one(
    database: Database,
) -> None:
    """Where a reward names no order and its form asks for none, the link decides."""
    for turn in range(10):
        desk, account = Desk(database, **UNASKED), f"acc-{turn}"
        link = await desk.open_account(account)
        rejected = {"account_id": account, "order_number": None, "link_id": link}
        await contested(desk, reward_id=f"rew-{turn}", **rejected)
        contest = CONTEST | {"reward_id": f"rew-{turn}", "answers": {}}
        pair = [
            await desk.confirm(await desk.file(f"VT-{turn}", account)),
            await desk.confirm(await desk.file(account_id=account, **contest)),
        ]
        verdicts = await asyncio.gather(*map(desk.settle, pair))
        assert sorted(verdicts) == [SettlementResult.ALREADY_REWARDED, SettlementResult.GRANTED]
    assert len(await list_grants(database)) == 10


async def test_a_contested_rewards_order_named_later_is_the_one_that_is_granted(
    database: Database,
) -> None:
    desk = Desk(database, **UNASKED)
    await desk.open_account()
    await desk.open_account("acc-2")
    await contested(desk, order_number=None, link_id=None)
    contest = await desk.confirm(await desk.file(**CONTEST | {"answers": {}}))
    assert await desk.settle(await desk.confirm(await desk.file("VT-1", "acc-2"))) == "granted"
    await contested(desk, version=2, order_number="VT-1", link_id=None)
    assert await desk.settle(contest) is SettlementResult.ALREADY_REWARDED


async def test_a_later_answer_cannot_name_an_order_that_was_paid(
    desk: Desk, database: Database
) -> None:
    """The contest is asked, and answers with the number of another order, already granted."""
    await desk.settle(await desk.confirm(await desk.file("VT-PAID")))
    await contested(desk, order_number="VT-OPEN")
    contest = await desk.hears(await desk.file("VT-OPEN", **CONTEST), a_question(), sent=True)
    found = await informed(desk, contest, answers={"order_number": "VT-PAID"})
    assert (found.code, found.problems) == ("incomplete", {"order_number": "another_order"})
    missing = await desk.hears(await desk.file("VT-NEW"), a_question(), sent=True)
    found = await informed(desk, missing, answers={"order_number": "VT-PAID"})
    assert found.code == "duplicate"
    assert len(await list_grants(database)) == 1


async def test_a_contest_without_a_number_cannot_take_a_paid_one(database: Database) -> None:
    """Also before the platform's feed brings our grant back."""
    desk = Desk(database, fields=[ORDER_FIELD])
    await desk.open_account()
    await desk.settle(await desk.confirm(await desk.file("VT-PAID")))
    await contested(desk, order_number=None, link_id=None)
    contest = await desk.hears(await desk.file("VT-NEW", **CONTEST), a_question(), sent=True)
    found = await informed(desk, contest, answers={"order_number": "vt paid"})
    assert found.code == "reward_granted"
    filed = await desk.file("VT-PAID", **CONTEST | {"reward_id": "rew-5"})
    assert [reason.code for reason in filed.result.reasons] == ["reward_granted"]


async def test_of_two_answers_that_name_one_order_at_once_one_is_taken(desk: Desk) -> None:
    """R25: the other waits, and finds it."""
    for turn in range(10):
        names = [f"VT-A{turn}", f"VT-B{turn}"]
        asked = [await desk.hears(await desk.file(n), a_question(), sent=True) for n in names]
        same = {"order_number": f"VT-C{turn}"}
        found = await asyncio.gather(*(informed(desk, one, answers=same) for one in asked))
        assert sorted(str(one.code) for one in found) == ["None", "duplicate"]


@pytest.mark.parametrize("state", ["registered", "granted", "invalid"])
async def test_a_later_answer_meets_the_rewards_of_the_order_it_names(
    desk: Desk, state: str
) -> None:
    aggregate = await desk.hears(await desk.file(), a_question(), sent=True)
    await desk.reward(order_number="VT-8", state=state, link_id=LINK)
    found = await informed(desk, aggregate, answers={"order_number": "VT-8"})
    assert (found.code, found.order_key) == (f"reward_{state}", None)
    assert (await informed(desk, aggregate)).code is None


@pytest.mark.parametrize("link", LINK_NOW)
async def test_a_later_answer_is_refused_for_a_link_that_does_not_fit_any_more(
    desk: Desk, database_url: str, link: dict[str, Any]
) -> None:
    aggregate = await desk.hears(await desk.file(), a_question(), sent=True)
    await moved(desk, **link)
    assert (await informed(desk, aggregate)).code in ("no_link", "link_does_not_fit")
    await moved(desk, version=3)
    assert (await informed(desk, aggregate)).code is None


async def test_a_record_that_is_being_written_is_waited_for(desk: Desk, database_url: str) -> None:
    """The granting transaction looks under lock: what comes before it counts."""
    aggregate = await desk.confirm(await desk.file())
    await desk.reward(state="rejected", link_id=LINK)
    async with opened(database_url) as books:
        async with books.connection.transaction():
            await books.connection.execute("update rewards set state = 'invalid'")
            settling = asyncio.create_task(desk.settle(aggregate))
            await asyncio.sleep(0.5)
            assert not settling.done()
        assert await settling is SettlementResult.TERMS_NOT_MET
