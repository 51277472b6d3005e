"""Current facts decide: at settlement, at a later answer, and at the end of a hold.

Also if two tickets identify one order differently: by its number and by its link.
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

ACCOUNT = "acc-1001"
LINK = f"lnk-{ACCOUNT}"
CONTEST: dict[str, Any] = {
    "kind": "rejected_reward",
    "reward_id": "rew-5",
    "link_id": None,
    "ordered_on": None,
}
# A contested reward needs no number: the link alone says that both may be for one order.
ORDER_OF_MISSING_REWARDS = a_field(
    is_order_number=True, kinds=["missing_cashback", "missing_referral_reward"]
)
NO_ORDER_REQUESTED = {"fields": [ORDER_OF_MISSING_REWARDS, a_field("objection", required=False)]}


@pytest.fixture
async def store(database: Database) -> TicketStore:
    store = TicketStore(database)
    await store.register_link()
    await store.register_link("acc-2")
    return store


async def change_link(store: TicketStore, **changes: Any) -> None:
    """Store a newer version of the account's link."""
    defaults = {"link_id": LINK, "version": 2, "account_id": ACCOUNT, "clicked_at": CLICKED_AT}
    await store_link(store.database, a_link(**defaults | changes))


async def reject_reward(store: TicketStore, **reward: Any) -> None:
    """Store a rejected reward of the account, which it may contest now."""
    today = datetime.now(UTC)
    await store.reward(**{"link_id": LINK, "changed_at": today} | reward)


async def submit_answer(
    store: TicketStore, aggregate: TicketAggregate, **answer: Any
) -> CompletedForm:
    """Submit the member's answer to a question; return the result."""
    now, answer_message = datetime.now(UTC), an_answer(**{"note": "please"} | answer)
    change_set = information_changes(aggregate.ticket, answer_message, now)
    number = aggregate.ticket.number
    return await store.persistence.save_information(
        InformationSubmission(number=number, request=answer_message, changes=change_set)
    )


LINK_CHANGES: list[dict[str, Any]] = [
    {"account_id": "acc-2"},
    {"partner_id": "fernweh"},
    {"kind": "referral"},
    {"clicked_at": datetime.now(UTC)},
]


@pytest.mark.parametrize("link", LINK_CHANGES)
async def test_a_link_that_no_longer_matches_grants_nothing(
    store: TicketStore, database: Database, link: dict[str, Any]
) -> None:
    """R10, R15: a link of another account, partner or kind, or newer than the order."""
    aggregate = await store.confirm(await store.file())
    other = (await store.file("VT-2")).result.number
    await change_link(store, **link)
    assert await store.settle(aggregate) is SettlementResult.TERMS_NOT_MET
    assert await store.persistence.recheck_rewards(other) is HoldReleaseResult.TERMS_NOT_MET
    assert await list_grants(database) == []


async def test_an_invalid_reward_earns_nothing(store: TicketStore, database: Database) -> None:
    """R5: found invalid after the confirmation; for a missing and for a contested reward."""
    await reject_reward(store, order_number="VT-3")
    aggregates = [
        await store.confirm(await store.file()),
        await store.confirm(await store.file("VT-3", **CONTEST)),
    ]
    await store.reward(reward_id="rew-6", state="invalid", link_id=LINK)
    await reject_reward(store, order_number="VT-3", version=2, state="invalid")
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
    await change_link(store, account_id="acc-2")
    assert (await store.persistence.settle(request)).result is SettlementResult.TERMS_NOT_MET
    await change_link(store, version=3)
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
async def test_a_contested_reward_is_settled_by_its_current_state(
    store: TicketStore, state: str, result: SettlementResult
) -> None:
    await reject_reward(store)
    aggregate = await store.confirm(await store.file(**CONTEST))
    await reject_reward(store, version=2, state=state)
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
async def test_a_contested_reward_that_no_longer_matches_its_claim_earns_nothing(
    store: TicketStore, reward: dict[str, Any], result: SettlementResult
) -> None:
    """Another account's, for another order, from another link."""
    await reject_reward(store)
    aggregate = await store.confirm(await store.file(**CONTEST))
    await reject_reward(store, version=2, **reward)
    assert await store.settle(aggregate) is result


async def test_a_missing_and_a_contested_reward_for_one_order_are_granted_once(
    store: TicketStore, database: Database
) -> None:
    """Both are settled concurrently, ten times: one grant each time."""
    for turn in range(10):
        order = f"VT-{turn}"
        await reject_reward(store, reward_id=f"rew-{turn}", order_number=order)
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
        store, account = TicketStore(database, **NO_ORDER_REQUESTED), f"acc-{turn}"
        link = await store.register_link(account)
        rejected = {"account_id": account, "order_number": None, "link_id": link}
        await reject_reward(store, reward_id=f"rew-{turn}", **rejected)
        contest = CONTEST | {"reward_id": f"rew-{turn}", "answers": {}}
        pair = [
            await store.confirm(await store.file(f"VT-{turn}", account)),
            await store.confirm(await store.file(account_id=account, **contest)),
        ]
        results = await asyncio.gather(*map(store.settle, pair))
        assert sorted(results) == [SettlementResult.ALREADY_REWARDED, SettlementResult.GRANTED]
    assert len(await list_grants(database)) == 10


async def test_a_contested_reward_that_later_names_a_granted_order_is_not_granted_again(
    database: Database,
) -> None:
    store = TicketStore(database, **NO_ORDER_REQUESTED)
    await store.register_link()
    await store.register_link("acc-2")
    await reject_reward(store, order_number=None, link_id=None)
    contest = await store.confirm(await store.file(**CONTEST | {"answers": {}}))
    assert await store.settle(await store.confirm(await store.file("VT-1", "acc-2"))) == "granted"
    await reject_reward(store, version=2, order_number="VT-1", link_id=None)
    assert await store.settle(contest) is SettlementResult.ALREADY_REWARDED


async def test_a_later_answer_cannot_name_an_order_that_was_paid(
    store: TicketStore, database: Database
) -> None:
    """The answer to the question names another order, which is already granted."""
    await store.settle(await store.confirm(await store.file("VT-PAID")))
    await reject_reward(store, order_number="VT-OPEN")
    contest = await store.handle(await store.file("VT-OPEN", **CONTEST), a_question(), sent=True)
    result = await submit_answer(store, contest, answers={"order_number": "VT-PAID"})
    assert (result.code, result.problems) == ("incomplete", {"order_number": "another_order"})
    missing = await store.handle(await store.file("VT-NEW"), a_question(), sent=True)
    result = await submit_answer(store, missing, answers={"order_number": "VT-PAID"})
    assert result.code == "duplicate"
    assert len(await list_grants(database)) == 1


async def test_a_contested_reward_without_a_number_cannot_claim_a_paid_order(
    database: Database,
) -> None:
    """Even before our grant is in the platform's feed."""
    store = TicketStore(database, fields=[ORDER_FIELD])
    await store.register_link()
    await store.settle(await store.confirm(await store.file("VT-PAID")))
    await reject_reward(store, order_number=None, link_id=None)
    contest = await store.handle(await store.file("VT-NEW", **CONTEST), a_question(), sent=True)
    result = await submit_answer(store, contest, answers={"order_number": "vt paid"})
    assert result.code == "reward_granted"
    filed = await store.file("VT-PAID", **CONTEST | {"reward_id": "rew-5"})
    assert [reason.code for reason in filed.result.reasons] == ["reward_granted"]


async def test_of_two_concurrent_answers_that_name_one_order_one_is_accepted(
    store: TicketStore,
) -> None:
    """R25: the second waits for the first, and is its duplicate."""
    for turn in range(10):
        names = [f"VT-A{turn}", f"VT-B{turn}"]
        aggregates = [
            await store.handle(await store.file(n), a_question(), sent=True) for n in names
        ]
        same = {"order_number": f"VT-C{turn}"}
        results = await asyncio.gather(
            *(submit_answer(store, aggregate, answers=same) for aggregate in aggregates)
        )
        assert sorted(str(result.code) for result in results) == ["None", "duplicate"]


@pytest.mark.parametrize("state", ["registered", "granted", "invalid"])
async def test_a_later_answer_is_checked_against_the_rewards_of_its_order(
    store: TicketStore, state: str
) -> None:
    aggregate = await store.handle(await store.file(), a_question(), sent=True)
    await store.reward(order_number="VT-8", state=state, link_id=LINK)
    result = await submit_answer(store, aggregate, answers={"order_number": "VT-8"})
    assert (result.code, result.order_key) == (f"reward_{state}", None)
    assert (await submit_answer(store, aggregate)).code is None


@pytest.mark.parametrize("link", LINK_CHANGES)
async def test_a_later_answer_is_refused_if_the_link_no_longer_matches(
    store: TicketStore, database_url: str, link: dict[str, Any]
) -> None:
    aggregate = await store.handle(await store.file(), a_question(), sent=True)
    await change_link(store, **link)
    assert (await submit_answer(store, aggregate)).code in ("no_link", "link_does_not_fit")
    await change_link(store, version=3)
    assert (await submit_answer(store, aggregate)).code is None


async def test_a_settlement_waits_for_a_record_that_is_being_written(
    store: TicketStore, database_url: str
) -> None:
    """The settlement reads under locks, so it sees every earlier change."""
    aggregate = await store.confirm(await store.file())
    await store.reward(state="rejected", link_id=LINK)
    async with open_rows(database_url) as stored:
        async with stored.connection.transaction():
            await stored.connection.execute("update rewards set state = 'invalid'")
            settling = asyncio.create_task(store.settle(aggregate))
            await asyncio.sleep(0.5)
            assert not settling.done()
        assert await settling is SettlementResult.TERMS_NOT_MET
