"""Rejected rewards that an account may contest."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink
from domain.claims.claimable.claimable_links import list_claimable
from domain.claims.rewards import Link, Reward
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from tests.support.builders import (
    NOW,
    a_link,
    a_partner,
    a_reward,
)

MISSING = ClaimKind.MISSING_CASHBACK
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


def test_a_contestable_reward_names_its_link_and_its_last_day() -> None:
    """R11: the state `rejected` alone can be contested."""
    others = tuple(
        a_reward(reward_id=state, state=state, order_number=f"VT-{state}")
        for state in ("granted", "invalid", "registered")
    )
    (choice,) = choices(CONTEST, (a_link(),), (a_reward(), *others))
    assert (choice.status, choice.reward_id, choice.link_id) == ("open", "rew-5", "lnk-77")
    assert (choice.clicked_on, choice.reward_changed_on) == (date(2026, 9, 30), date(2026, 10, 3))
    assert choice.last_day == date(2027, 1, 3)
    assert choice.order_number == "VT-2231-9"


def test_a_rejected_reward_that_a_ticket_contests_names_that_ticket() -> None:
    (choice,) = choices(CONTEST, (a_link(),), (a_reward(),), contesting_tickets={"rew-5": "ZW-1"})
    assert (choice.reason, choice.existing_ticket) == ("duplicate", "ZW-1")


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
