"""The claimable links are those for which filing accepts a claim."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink
from domain.claims.claimable.claimable_links import list_claimable
from domain.claims.eligibility.assessment import Assessment
from domain.claims.eligibility.decision import assess
from domain.claims.rewards import Link, Reward
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.claim_windows import first_order_day, last_claim_day
from tests.support.builders import (
    CONTRACT_FIELD,
    NOW,
    ORDER_FIELD,
    WARSAW,
    a_claim,
    a_contest,
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


moments = st.datetimes(EARLIEST.replace(tzinfo=None), NOW.replace(tzinfo=None)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
partners = st.builds(
    a_partner,
    early_claims=st.sampled_from(["refuse", "hold"]),
    registration_delay=st.sampled_from(["PT0S", "PT48H", "P7D", "P30D"]),
    claim_window=st.sampled_from(["P3M", "P75D", "P40D"]),
    fields=st.sampled_from([[ORDER_FIELD, CONTRACT_FIELD], [CONTRACT_FIELD]]),
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


def filed(
    claim: TicketClaim, links: tuple[Link, ...], rewards: tuple[Reward, ...], partner: PartnerRules
) -> Assessment:
    """The assessment at filing."""
    return assess(claim, AccountFacts(links=links, rewards=rewards), partner, NOW)


def ordered(kind: ClaimKind, link_id: str | None, at: datetime, by_day: bool) -> TicketClaim:
    """A complete claim for an order at this time; `by_day`: only its day is known."""
    day = at.astimezone(WARSAW).date()
    when = {"ordered_on": day} if by_day else {"ordered_on": None, "ordered_at": at}
    return a_claim(kind=kind, link_id=link_id, answers={"order_number": "VT-9"}, **when)


@given(st.sampled_from([MISSING, REFERRAL]), links, rewards, partners, moments, st.booleans())
def test_a_link_for_which_filing_accepts_a_claim_is_claimable(
    kind: ClaimKind,
    links: tuple[Link, ...],
    rewards: tuple[Reward, ...],
    partner: PartnerRules,
    at: datetime,
    by_day: bool,
) -> None:
    """With the newest link before it, an order is accepted only if that link is claimable."""
    claimable = choices(kind, links, rewards, partner)
    before = (
        choice for choice in claimable if choice.available_from and _clicked(choice, links) <= at
    )
    choice = next(before, None)
    if choice is None:
        return
    assessment = filed(ordered(kind, choice.link_id, at, by_day), links, rewards, partner)
    if assessment.status in ("accepted", "held"):
        assert choice.status in ("open", "held")
        assert choice.orders_from
        assert choice.orders_from <= at.astimezone(WARSAW).date()
    if assessment.status == "accepted":
        assert choice.status == "open"
    if choice.status == "closed" and choice.reason != "too_late":
        assert assessment.reasons[0].code == choice.reason


@given(st.sampled_from([MISSING, REFERRAL]), links, rewards, partners)
def test_a_claimable_link_is_accepted_for_some_order(
    kind: ClaimKind, links: tuple[Link, ...], rewards: tuple[Reward, ...], partner: PartnerRules
) -> None:
    for choice in choices(kind, links, rewards, partner):
        assert choice.orders_from
        first = datetime.combine(choice.orders_from, datetime.min.time(), WARSAW)
        claim = ordered(kind, choice.link_id, max(_clicked(choice, links), first), False)
        assessment = filed(claim, links, rewards, partner)
        if choice.status != "closed":
            expected = {"open": ("accepted", "held"), "held": ("held",), "not_yet": ("refused",)}
            assert assessment.status in expected[choice.status]


@given(links, rewards, partners)
def test_a_rejected_reward_is_contestable_if_filing_accepts_it(
    links: tuple[Link, ...], rewards: tuple[Reward, ...], partner: PartnerRules
) -> None:
    for choice in choices(CONTEST, links, rewards, partner):
        answers = {"order_number": choice.order_number or "VT-9"}
        claim = a_contest(reward_id=choice.reward_id, link_id=choice.link_id, answers=answers)
        assessment = filed(claim, links, rewards, partner)
        assert (assessment.status == "accepted") == (choice.status == "open")
        assert [reason.code for reason in assessment.reasons] == list(filter(None, [choice.reason]))
        assert assessment.last_day in (None, choice.last_day)


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.sampled_from(["P3M", "P2M15D", "P75D", "P1W", "P0D"]),
)
def test_the_oldest_order_is_the_first_whose_last_day_is_not_over(day: date, window: str) -> None:
    first = first_order_day(day, window)
    assert last_claim_day(first - timedelta(days=1), window) < day <= last_claim_day(first, window)


def _clicked(choice: ClaimableLink, links: tuple[Link, ...]) -> datetime:
    return next(link.clicked_at for link in links if link.link_id == choice.link_id)
