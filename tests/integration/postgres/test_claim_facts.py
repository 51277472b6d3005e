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
from tests.support.stored_rows import open_rows
from tests.support.ticket_store import CLICKED_AT, TicketStore, settlement

OWN = "acc-1001"
LINK = f"lnk-{OWN}"
CONTEST: dict[str, Any] = {
    "kind": "rejected_reward",
    "reward_id": "rew-5",
    "link_id": None,
    "ordered_on": None,
}
# A contested reward needs no number: the link alone says that both may be for one order.
MISSING_FORM = a_field(is_order_number=True, kinds=["missing_cashback", "missing_referral_reward"])
UNASKED = {"fields": [MISSING_FORM, a_field("objection", required=False)]}


@pytest.fixture
async def store(database: Database) -> TicketStore:
    store = TicketStore(database)
    await store.open_account()
    await store.open_account("acc-2")
    return store


async def moved(store: TicketStore, **changes: Any) -> None:
    """The platform's feed contradicts the account's link."""
    known = {"link_id": LINK, "version": 2, "account_id": OWN, "clicked_at": CLICKED_AT}
    await store_link(store.database, a_link(**known | changes))


async def contested(store: TicketStore, **reward: Any) -> None:
    """A rejected reward of the account, that may be contested now."""
    today = datetime.now(UTC)
    await store.reward(**{"link_id": LINK, "changed_at": today} | reward)


async def informed(store: TicketStore, aggregate: TicketAggregate, **answer: Any) -> CompletedForm:
    """The result of a later answer of the ticket's member."""
    now, answer_message = datetime.now(UTC), an_answer(**{"note": "please"} | answer)
    change_set = information_changes(aggregate.ticket, answer_message, now)
    number = aggregate.ticket.number
    return await store.persistence.save_information(
        InformationSubmission(number=number, request=answer_message, changes=change_set)
    )


LINK_NOW: list[dict[str, Any]] = [
    {"account_id": "acc-2"},
    {"partner_id": "fernweh"},
    {"kind": "referral"},
    {"clicked_at": datetime.now(UTC)},
]


@pytest.mark.parametrize("link", LINK_NOW)
async def test_a_link_that_no_longer_matches_grants_nothing(
    store: TicketStore, database: Database, link: dict[str, Any]
) -> None:
    """R10, R15: a link of another account, partner or kind, or newer than the order."""
    aggregate = await store.confirm(await store.file())
    held = (await store.file("VT-2")).result.number
    await moved(store, **link)
    assert await store.settle(aggregate) is SettlementResult.TERMS_NOT_MET
    assert await store.persistence.recheck_rewards(held) is HoldReleaseResult.TERMS_NOT_MET
    assert await list_grants(database) == []


async def test_an_invalid_reward_earns_nothing(store: TicketStore, database: Database) -> None:
    """R5: judged so after the confirmation, for a missing reward and for a contested one."""
    await contested(store, order_number="VT-3")
    aggregates = [
        await store.confirm(await store.file()),
        await store.confirm(await store.file("VT-3", **CONTEST)),
    ]
    await store.reward(reward_id="rew-6", state="invalid", link_id=LINK)
    await contested(store, order_number="VT-3", version=2, state="invalid")
    assert [await store.settle(aggregate) for aggregate in aggregates] == [
        SettlementResult.TERMS_NOT_MET
    ] * 2
    assert await list_grants(database) == []


async def test_a_rejection_for_the_terms_is_stored_once_and_returned_again(
    store: TicketStore, database: Database
) -> None:
    """Both rejections are the same transition; the reason distinguishes them."""
    aggregate = await store.confirm(await store.file())
    request = settlement(aggregate)
    await moved(store, account_id="acc-2")
    assert (await store.persistence.settle(request)).result is SettlementResult.TERMS_NOT_MET
    await moved(store, version=3)
    assert (await store.persistence.settle(request)).result is SettlementResult.TERMS_NOT_MET
    row = await database.fetch_row(
        QUERIES.get_ticket_detail, number=aggregate.ticket.number, messages=1
    )
    assert row
    assert (row["state"], row["reason_code"]) == ("rejected", "terms_not_met")


@pytest.mark.parametrize(
    ("state", "result"),
    [
        ("registered", SettlementResult.REWARD_REGISTERED),
        ("granted", SettlementResult.REWARD_REGISTERED),
        ("invalid", SettlementResult.TERMS_NOT_MET),
        ("rejected", SettlementResult.GRANTED),
    ],
)
async def test_a_contested_reward_is_looked_at_as_it_is_then(
    store: TicketStore, state: str, result: SettlementResult
) -> None:
    await contested(store)
    aggregate = await store.confirm(await store.file(**CONTEST))
    await contested(store, version=2, state=state)
    assert await store.settle(aggregate) is result


@pytest.mark.parametrize(
    ("reward", "result"),
    [
        ({"account_id": "acc-2"}, SettlementResult.TERMS_NOT_MET),
        ({"account_id": "acc-2", "state": "granted"}, SettlementResult.ALREADY_REWARDED),
        ({"order_number": "VT-9"}, SettlementResult.TERMS_NOT_MET),
        ({"link_id": "lnk-acc-2"}, SettlementResult.TERMS_NOT_MET),
    ],
)
async def test_a_contested_reward_that_is_of_something_else_by_now_earns_nothing(
    store: TicketStore, reward: dict[str, Any], result: SettlementResult
) -> None:
    """Another account's, for another order, from another link."""
    await contested(store)
    aggregate = await store.confirm(await store.file(**CONTEST))
    await contested(store, version=2, **reward)
    assert await store.settle(aggregate) is result


async def test_a_missing_and_a_contested_reward_for_one_order_are_granted_once(
    store: TicketStore, database: Database
) -> None:
    """Settled at once, again and again: one grant each time."""
    for turn in range(10):
        order = f"VT-{turn}"
        await contested(store, reward_id=f"rew-{turn}", order_number=order)
        contest = CONTEST | {"reward_id": f"rew-{turn}"}
        pair = [
            await store.confirm(await store.file(order)),
            await store.confirm(await store.file(order, **contest)),
        ]
        results = await asyncio.gather(*map(store.settle, pair))
        assert sorted(results) == [SettlementResult.ALREADY_REWARDED, SettlementResult.GRANTED]
    assert len(await list_grants(database)) == 10


async def test_tickets_that_name_one_order_by_number_and_by_link_are_granted_once(
    database: Database,
) -> None:
    """If a reward names no order and its form requests none, the link decides."""
    for turn in range(10):
        store, account = TicketStore(database, **UNASKED), f"acc-{turn}"
        link = await store.open_account(account)
        rejected = {"account_id": account, "order_number": None, "link_id": link}
        await contested(store, reward_id=f"rew-{turn}", **rejected)
        contest = CONTEST | {"reward_id": f"rew-{turn}", "answers": {}}
        pair = [
            await store.confirm(await store.file(f"VT-{turn}", account)),
            await store.confirm(await store.file(account_id=account, **contest)),
        ]
        results = await asyncio.gather(*map(store.settle, pair))
        assert sorted(results) == [SettlementResult.ALREADY_REWARDED, SettlementResult.GRANTED]
    assert len(await list_grants(database)) == 10


async def test_the_order_that_a_contested_reward_names_later_is_granted(
    database: Database,
) -> None:
    store = TicketStore(database, **UNASKED)
    await store.open_account()
    await store.open_account("acc-2")
    await contested(store, order_number=None, link_id=None)
    contest = await store.confirm(await store.file(**CONTEST | {"answers": {}}))
    assert await store.settle(await store.confirm(await store.file("VT-1", "acc-2"))) == "granted"
    await contested(store, version=2, order_number="VT-1", link_id=None)
    assert await store.settle(contest) is SettlementResult.ALREADY_REWARDED


async def test_a_later_answer_cannot_name_an_order_that_was_paid(
    store: TicketStore, database: Database
) -> None:
    """The answer to the question names another order, which is already granted."""
    await store.settle(await store.confirm(await store.file("VT-PAID")))
    await contested(store, order_number="VT-OPEN")
    contest = await store.handle(await store.file("VT-OPEN", **CONTEST), a_question(), sent=True)
    found = await informed(store, contest, answers={"order_number": "VT-PAID"})
    assert (found.code, found.problems) == ("incomplete", {"order_number": "another_order"})
    missing = await store.handle(await store.file("VT-NEW"), a_question(), sent=True)
    found = await informed(store, missing, answers={"order_number": "VT-PAID"})
    assert found.code == "duplicate"
    assert len(await list_grants(database)) == 1


async def test_a_contested_reward_without_a_number_cannot_claim_a_paid_order(
    database: Database,
) -> None:
    """Also before the platform's feed brings our grant back."""
    store = TicketStore(database, fields=[ORDER_FIELD])
    await store.open_account()
    await store.settle(await store.confirm(await store.file("VT-PAID")))
    await contested(store, order_number=None, link_id=None)
    contest = await store.handle(await store.file("VT-NEW", **CONTEST), a_question(), sent=True)
    found = await informed(store, contest, answers={"order_number": "vt paid"})
    assert found.code == "reward_granted"
    filed = await store.file("VT-PAID", **CONTEST | {"reward_id": "rew-5"})
    assert [reason.code for reason in filed.result.reasons] == ["reward_granted"]


async def test_of_two_concurrent_answers_that_name_one_order_one_is_accepted(
    store: TicketStore,
) -> None:
    """R25: the other waits, and finds it."""
    for turn in range(10):
        names = [f"VT-A{turn}", f"VT-B{turn}"]
        request = [await store.handle(await store.file(n), a_question(), sent=True) for n in names]
        same = {"order_number": f"VT-C{turn}"}
        found = await asyncio.gather(*(informed(store, one, answers=same) for one in request))
        assert sorted(str(one.code) for one in found) == ["None", "duplicate"]


@pytest.mark.parametrize("state", ["registered", "granted", "invalid"])
async def test_a_later_answer_meets_the_rewards_of_the_order_it_names(
    store: TicketStore, state: str
) -> None:
    aggregate = await store.handle(await store.file(), a_question(), sent=True)
    await store.reward(order_number="VT-8", state=state, link_id=LINK)
    found = await informed(store, aggregate, answers={"order_number": "VT-8"})
    assert (found.code, found.order_key) == (f"reward_{state}", None)
    assert (await informed(store, aggregate)).code is None


@pytest.mark.parametrize("link", LINK_NOW)
async def test_a_later_answer_is_refused_if_the_link_no_longer_matches(
    store: TicketStore, database_url: str, link: dict[str, Any]
) -> None:
    aggregate = await store.handle(await store.file(), a_question(), sent=True)
    await moved(store, **link)
    assert (await informed(store, aggregate)).code in ("no_link", "link_does_not_fit")
    await moved(store, version=3)
    assert (await informed(store, aggregate)).code is None


async def test_a_record_that_is_being_written_is_waited_for(
    store: TicketStore, database_url: str
) -> None:
    """The granting transaction looks under lock: what comes before it counts."""
    aggregate = await store.confirm(await store.file())
    await store.reward(state="rejected", link_id=LINK)
    async with open_rows(database_url) as stored:
        async with stored.connection.transaction():
            await stored.connection.execute("update rewards set state = 'invalid'")
            settling = asyncio.create_task(store.settle(aggregate))
            await asyncio.sleep(0.5)
            assert not settling.done()
        assert await settling is SettlementResult.TERMS_NOT_MET
