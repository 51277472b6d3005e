"""The pace of calls to partners, on a clock that stands still until a test moves it."""

import heapq
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from activities.partner_limiter import FAILURES_IN_A_ROW, LONGEST_PAUSE, Pace
from domain.errors import (
    DatabaseUnavailable,
    PartnerRateLimited,
    PartnerRejectedRequest,
    PartnerThrottled,
    PartnerUnavailable,
    TransientError,
)
from domain.partners.profile import HttpChannel
from tests.support.builders import a_profile

DOWN = PartnerUnavailable("answered 500")


class Street:
    """A partner, a clock and the claims on their way."""

    def __init__(self, processes: int = 1, **channel: Any) -> None:
        """Pace calls by a channel with these limits."""
        self.now = 1000.0
        self.pace = Pace(lambda: self.now, processes)
        self.channel = HttpChannel.model_validate(a_profile().channel.model_dump() | channel)

    def turn(self, key: str = "a", partner: str = "velotel") -> AbstractContextManager[None]:
        """The turn of one claim."""
        return self.pace.turn(partner, self.channel, key)

    def call(
        self, key: str = "a", partner: str = "velotel", raises: Exception | None = None
    ) -> None:
        """Make a call that takes no time."""
        with self.turn(key, partner):
            if raises:
                raise raises

    def told(self, key: str = "a", raises: Exception | None = None) -> float | None:
        """Seconds after which the claim comes back; `None` where it was let through or not told."""
        try:
            self.call(key, raises=raises)
        except TransientError as error:
            return error.retry_after.total_seconds() if error.retry_after else None
        return None

    def go_down(self) -> float | None:
        """Fail until the partner is held to be down."""
        return [self.told(f"down-{i}", raises=DOWN) for i in range(FAILURES_IN_A_ROW)][-1]


@contextmanager
def held(street: Street, *keys: str) -> Iterator[None]:
    """Calls that are under way."""
    turns = [street.turn(key) for key in keys]
    for turn in turns:
        turn.__enter__()
    yield
    for turn in turns:
        turn.__exit__(None, None, None)


def play(
    street: Street, claims: int, seconds: float, late: float = 0.0, down: bool = False
) -> tuple[list[float], int]:
    """Let claims come at once and again as they are told; return when calls went out, and how often
    claims were sent away.
    """
    begun, calls, sent_away = street.now, [], 0
    coming = [(street.now, i) for i in range(claims)]
    while coming and coming[0][0] < begun + seconds:
        street.now, claim = heapq.heappop(coming)
        told = street.told(f"claim-{claim}", raises=DOWN if down else None)
        if told is None and not down:
            calls.append(street.now)
        else:
            sent_away += 1
            heapq.heappush(coming, (street.now + (told or 1.0) + late, claim))
    return calls, sent_away


def most_in_a_minute(calls: list[float]) -> int:
    """The most calls in any sixty seconds."""
    return max(sum(start <= call < start + 60 for call in calls) for start in calls)


@pytest.mark.parametrize("late", [0.0, 1.3, 4.0])
def test_the_rate_holds_within_a_tenth_over_any_minute(late: float) -> None:
    """However late the claims that were sent away come back."""
    street = Street(requests_per_second=5, concurrency=100)
    calls, _ = play(street, 800, 150, late)
    begun = calls[0] + 10
    counts = [sum(begun + i <= call < begun + i + 60 for call in calls) for i in range(70)]
    assert min(counts) >= 270
    assert most_in_a_minute(calls) <= 330


def test_two_thousand_waiting_claims_are_sent_away_twice_each_and_no_more() -> None:
    street = Street(requests_per_second=10, concurrency=100)
    calls, sent_away = play(street, 2000, 400)
    assert len(calls) == 2000
    assert sent_away <= 4000


def test_a_claim_keeps_its_turn() -> None:
    street = Street(requests_per_second=1, concurrency=100)
    street.call("first")
    street.told("second")
    waits = street.told("third")
    assert waits
    assert street.told("third") == waits
    street.now += waits
    assert street.told("newcomer")
    street.call("third")


def test_claims_that_come_after_a_long_standstill_do_not_go_all_at_once() -> None:
    street = Street(requests_per_second=10, concurrency=100)
    for i in range(500):
        street.told(str(i))
    street.now += 60
    gone = sum(street.told(str(i)) is None for i in range(500))
    assert gone <= 60


def test_concurrency_is_never_exceeded_nor_waited_for() -> None:
    street = Street(requests_per_second=1000, concurrency=2)
    with held(street, "a", "b"), pytest.raises(PartnerRateLimited) as caught:
        street.call("c")
    assert caught.value.retry_after > timedelta(0)
    street.now += caught.value.retry_after.total_seconds()
    street.call("c")


def test_a_slow_partner_is_asked_as_seldom_as_it_is_slow() -> None:
    """Thirty seconds of four calls that do not end: those that wait do not knock all the time."""
    street = Street(requests_per_second=1000, concurrency=4)
    with held(street, "a", "b", "c", "d"):
        street.now += 1
        _, sent_away = play(street, 500, 29)
    assert sent_away < 700


def test_partners_do_not_feel_each_other() -> None:
    street = Street(requests_per_second=1, concurrency=1)
    street.go_down()
    street.call("a", partner="fernweh")


def test_what_a_partner_asked_of_one_claim_holds_for_all() -> None:
    """`Retry-After`; the claims come back after it one by one."""
    street = Street(requests_per_second=2, concurrency=10)
    street.told("early")
    assert street.told("a", raises=PartnerThrottled("429", timedelta(seconds=90))) == 90
    assert [street.told(key) for key in ("b", "c")] == [90.5, 91]
    with pytest.raises(PartnerRateLimited):
        street.call("d")
    street.now += 89
    assert street.told("e")
    street.now += 1
    street.call("a")


def test_a_pause_longer_than_any_of_ours_is_kept() -> None:
    street = Street(requests_per_second=2, concurrency=10)
    hour = timedelta(hours=1)
    assert street.told("a", raises=PartnerThrottled("429", hour)) == 3600
    assert street.told("b") == 3600.5


def test_few_failures_are_left_to_the_usual_retries() -> None:
    street = Street(requests_per_second=1000, concurrency=10)
    told = [street.told(raises=DOWN) for _ in range(FAILURES_IN_A_ROW - 1)]
    assert told == [None] * (FAILURES_IN_A_ROW - 1)
    street.call()
    assert street.told(raises=DOWN) is None


def test_a_partner_that_is_down_is_asked_by_one_claim_at_a_time() -> None:
    street = Street(requests_per_second=1000, concurrency=10)
    assert street.go_down()
    with pytest.raises(PartnerUnavailable) as caught:
        street.call("other")
    assert caught.value.retry_after
    street.now += caught.value.retry_after.total_seconds()
    with held(street, "other"):
        assert street.told("third")


def test_probes_become_rarer_up_to_five_minutes() -> None:
    street = Street(requests_per_second=1000, concurrency=10)
    told = [street.go_down() or 0.0]
    for _ in range(12):
        street.now += told[-1]
        told.append(street.told("down-4", raises=DOWN) or 0.0)
    assert told == sorted(told)
    assert LONGEST_PAUSE <= told[-1] <= LONGEST_PAUSE + 5


def test_a_probe_that_is_answered_opens_the_road() -> None:
    """Whatever the answer says: a fault is of one claim."""
    street = Street(requests_per_second=1000, concurrency=10)
    street.now += street.go_down() or 0.0
    with pytest.raises(PartnerRejectedRequest):
        street.call("probe", raises=PartnerRejectedRequest("422"))
    for i in range(20):
        street.call(str(i))


def test_a_claim_that_the_partner_cannot_digest_does_not_block_the_others() -> None:
    """It fails again and again; the next probe is another's."""
    street = Street(requests_per_second=1000, concurrency=10)
    coming = [(street.now, "poison")]
    newcomer = ""
    while newcomer != "gone":
        street.now, key = heapq.heappop(coming)
        assert street.now < 1600
        told = street.told(key, raises=DOWN if key == "poison" else None)
        if key == "newcomer" and told is None:
            newcomer = "gone"
        heapq.heappush(coming, (street.now + (told or 1.0), key))
        if not newcomer and street.now > 1100:
            newcomer = "comes"
            heapq.heappush(coming, (street.now, "newcomer"))


def test_two_thousand_claims_of_a_dead_partner_are_no_storm() -> None:
    """In the long run each asks about every four minutes."""
    street = Street(requests_per_second=1000, concurrency=10)
    _, at_first = play(street, 2000, 600, down=True)
    _, later = play(street, 2000, 600, down=True)
    assert at_first < 9000
    assert later < 9000


def test_our_own_trouble_is_not_the_partners() -> None:
    street = Street(requests_per_second=1000, concurrency=1)
    for _ in range(FAILURES_IN_A_ROW + 1):
        assert street.told(raises=DatabaseUnavailable("away")) is None
    street.call()


def test_processes_share_what_a_partner_takes() -> None:
    street = Street(processes=4, requests_per_second=4, concurrency=2)
    with held(street, "a"):
        assert street.told("b")
    calls, _ = play(street, 200, 90)
    assert 54 <= most_in_a_minute(calls) <= 66


def test_claims_that_never_come_back_are_forgotten() -> None:
    street = Street(requests_per_second=1000, concurrency=1)
    with held(street, "a"):
        for i in range(100):
            street.told(str(i))
    street.now += 2000
    street.call("z")
    (road,) = street.pace._roads.values()
    assert not road._turns
