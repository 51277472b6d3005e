"""Links that an account may claim, with their dates (R10, R15, R16)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink
from domain.claims.claimable.claimable_links import list_claimable
from domain.claims.rewards import Link, Reward
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.claim_windows import last_claim_day
from tests.support.builders import (
    NOW,
    a_link,
    a_partner,
    a_reward,
)

MISSING = ClaimKind.MISSING_CASHBACK
REFERRAL = ClaimKind.MISSING_REFERRAL_REWARD
CONTEST = ClaimKind.REJECTED_REWARD
EARLIEST = NOW - timedelta(days=200)


def choices(
    kind: ClaimKind = MISSING,
    links: tuple[Link, ...] = (),
    rewards: tuple[Reward, ...] = (),
    partner: PartnerRules | None = None,
    now: datetime = NOW,
    contesting_tickets: dict[str, str] | None = None,
) -> list[ClaimableLink]:
    """What the account may claim at the partner of the builders."""
    history = AccountHistory(
        links=links, rewards=rewards, contesting_tickets=contesting_tickets or {}
    )
    return list(list_claimable(kind, history, {"velotel": partner or a_partner()}, now))


def clicked(days_ago: float, **changes: Any) -> Link:
    """A link that was clicked so many days before `NOW`."""
    return a_link(clicked_at=NOW - timedelta(days=days_ago), **changes)


def test_a_link_that_may_be_claimed_names_its_dates() -> None:
    """R15, R16: kind, partner and date; R35: the last day for an order of that day."""
    (choice,) = choices(links=(a_link(),))
    assert (choice.status, choice.reason) == ("open", None)
    assert (choice.partner_name, choice.kind, choice.link_id) == ("VeloTel", "cashback", "lnk-77")
    assert choice.clicked_on == choice.orders_from == date(2026, 9, 30)
    assert choice.last_day == date(2026, 12, 30)
    assert str(choice.available_from) == "2026-10-02 18:20:00+02:00"
    assert choice.amount == a_link().promised_reward


def test_the_day_of_a_click_is_that_of_the_markets_calendar() -> None:
    link = a_link(clicked_at="2026-09-30T22:30:00+00:00")
    assert choices(links=(link,))[0].clicked_on == date(2026, 10, 1)


def test_a_click_of_today_is_too_early_and_names_the_time_of_the_first_claim() -> None:
    """R7-R9."""
    link = clicked(0.5)
    (choice,) = choices(links=(link,))
    assert (choice.status, choice.reason) == ("not_yet", "too_early")
    assert choice.available_from == link.clicked_at + timedelta(hours=48)


def test_a_click_of_today_is_claimable_if_the_partner_holds_early_claims() -> None:
    (choice,) = choices(links=(clicked(0.5),), partner=a_partner(early_claims="hold"))
    assert (choice.status, choice.reason) == ("held", None)


def test_an_old_link_is_open_for_orders_that_are_not_too_old() -> None:
    """R35 counts from the order, which may be much younger than the click."""
    (choice,) = choices(links=(clicked(150),))
    assert choice.status == "open"
    assert choice.orders_from == date(2026, 7, 20)
    assert choice.last_day is not None
    assert choice.last_day < NOW.date()


def test_an_old_link_with_a_later_click_after_it_is_too_late_and_names_its_last_day() -> None:
    newer, older = choices(links=(clicked(150, link_id="older"), clicked(120, link_id="newer")))
    assert (newer.link_id, newer.status) == ("newer", "open")
    assert (older.link_id, older.status, older.reason) == ("older", "closed", "too_late")
    assert older.last_day == last_claim_day((NOW - timedelta(days=120)).date(), "P3M")


def test_a_friends_order_is_not_ended_by_another_friends_click() -> None:
    links = (clicked(150, kind="referral"), clicked(120, kind="referral", link_id="lnk-2"))
    assert [choice.status for choice in choices(REFERRAL, links)] == ["open", "open"]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("granted", "reward_granted"),
        ("invalid", "reward_invalid"),
        ("registered", "reward_registered"),
    ],
)
def test_a_reward_without_an_order_closes_its_link(state: str, reason: str) -> None:
    """R4, R5, R24."""
    reward = a_reward(state=state, order_number=None)
    (choice,) = choices(links=(a_link(),), rewards=(reward,))
    assert (choice.status, choice.reason) == ("closed", reason)
    assert choice.reward_changed_on == date(2026, 10, 3)


def test_a_reward_for_one_order_leaves_the_link_open_for_other_orders() -> None:
    reward = a_reward(state="granted")
    assert choices(links=(a_link(),), rewards=(reward,))[0].status == "open"


def test_only_links_of_the_kind_and_of_a_known_partner_are_listed() -> None:
    links = (a_link(kind="referral"), a_link(link_id="lnk-2", partner_id="nobody"))
    assert choices(links=links) == []
    assert len(choices(REFERRAL, links)) == 1


def test_a_link_of_a_partner_that_does_not_take_the_kind_is_closed() -> None:
    (choice,) = choices(links=(a_link(),), partner=a_partner(kinds=[CONTEST]))
    assert (choice.status, choice.reason) == ("closed", "partner_takes_no_claims")
    (contest,) = choices(CONTEST, (a_link(),), (a_reward(),), a_partner(kinds=[MISSING]))
    assert (contest.status, contest.reason) == ("closed", "partner_takes_no_claims")


moments = st.datetimes(EARLIEST.replace(tzinfo=None), NOW.replace(tzinfo=None)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
links = st.lists(st.tuples(moments, st.sampled_from(["cashback", "referral"])), max_size=3).map(
    lambda clicks: tuple(
        a_link(link_id=f"lnk-{n}", clicked_at=at, kind=kind) for n, (at, kind) in enumerate(clicks)
    )
)
rewards = st.lists(
    st.builds(
        a_reward,
        reward_id=st.sampled_from(["rew-1", "rew-2"]),
        link_id=st.sampled_from([None, "lnk-0", "lnk-1"]),
        kind=st.sampled_from(["cashback", "referral"]),
        order_number=st.sampled_from([None, "VT-2231-9"]),
        state=st.sampled_from(["registered", "rejected", "granted", "invalid"]),
        changed_at=moments,
    ),
    max_size=2,
    unique_by=lambda reward: reward.reward_id,
).map(tuple)
