"""Several tickets beside one set of books, in memory: what the driver of each ticket, the form and
the granting transaction do, in whatever order a test says.

A ticket looks up only when it is told to, so that any of them may overtake any other.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.claim import Reward, RewardState, is_for_order
from domain.clocks import next_alarm
from domain.course import Course
from domain.hearing import hear, hear_answer
from domain.lifecycle import State
from domain.messages import (
    DeadlinePassed,
    Decision,
    InformationAnswer,
    Message,
    PartnerOutcome,
    RejectionReason,
    RewardRegistered,
    Withdrawal,
)
from domain.settlement import OrderFacts, Verdict, release, settle
from domain.silence import Silence, confirmable, fall_silent
from domain.ticket import Attention, Ticket
from tests.unit.builders import a_decision
from tests.unit.invariants import is_on_the_map, stood_still

STANDING: Final = (RewardState.REGISTERED, RewardState.GRANTED)
BLOCKS_NO_OTHER: Final = (State.WITHDRAWN, State.DISCARDED)
MOST_STEPS: Final = 20
PER_MONTH: Final = 100  # of the market's currency: what silence may confirm in all
Key = tuple[str, str, str]


@dataclass
class Books:
    """Grants, unique per partner, kind of reward and order; the platform's rewards by their id; and
    what each settled ticket was told, which it is told again whenever it asks.
    """

    grants: dict[Key, str] = field(default_factory=dict)
    feed: dict[str, Reward] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    in_silence: dict[str, Silence] = field(default_factory=dict)

    def of_order(self, ticket: Ticket) -> tuple[Reward, ...]:
        """The platform's rewards of the ticket's kind for its order."""
        return tuple(
            reward
            for reward in self.feed.values()
            if reward.kind == ticket.reward_kind and is_for_order(reward, ticket.order_key, None)
        )

    def settle(self, ticket: Ticket, account_id: str) -> Verdict:
        """The granting transaction: a grant is never the second reward of its order."""
        if ticket.number in self.verdicts:
            return self.verdicts[ticket.number]
        key, rewards = key_of(ticket), self.of_order(ticket)
        facts = OrderFacts(granted_to_ticket=self.grants.get(key), rewards=rewards)
        verdict = self.verdicts[ticket.number] = settle(ticket.number, account_id, facts)
        if verdict is Verdict.GRANTED:
            assert key not in self.grants
            assert not [reward for reward in rewards if reward.state in STANDING]
            self.grants[key] = ticket.number
        return verdict

    def take_silence(self, ticket: Ticket, amount: float) -> Silence:
        """The transaction that counts what silence has confirmed."""
        spent = 40 * list(self.in_silence.values()).count(Silence.CONFIRMED)
        found = Silence.CONFIRMED if spent + amount <= PER_MONTH else Silence.ESCALATED
        return self.in_silence.setdefault(ticket.number, found)


def key_of(ticket: Ticket) -> Key:
    """What one order earns one reward by."""
    return ticket.partner_id, str(ticket.reward_kind), ticket.order_key


class Claimant:
    """One ticket of an account, led as its workflow leads it."""

    def __init__(self, ticket: Ticket, account_id: str, books: Books) -> None:
        """Lead this ticket beside others on the same books."""
        self.course = Course(ticket)
        self.account_id = account_id
        self.books = books
        self._requests = 0
        self._names: set[str | None] = set()

    @property
    def ticket(self) -> Ticket:
        """The ticket as it stands."""
        return self.course.ticket

    @property
    def claim_key(self) -> tuple[str, str, str]:
        """The same reward (R25): account, kind and order."""
        return self.account_id, str(self.ticket.kind), self.ticket.order_key

    @property
    def blocks_another(self) -> bool:
        """Whether a claim for the same reward is a duplicate of this one (R25)."""
        return self.ticket.state not in BLOCKS_NO_OTHER

    def hears(self, message: Message, now: datetime) -> bool:
        """Hear a message; say whether the form must take it first."""
        before = self.ticket
        heard = hear(self.course, message, now)
        name = _name_of(message)
        assert name not in self._names or self.ticket.moves == before.moves
        self._names |= {name} - {None}
        if self.ticket.moves == before.moves:
            stood_still(before, self.ticket, message, now)
        else:
            assert not before.state.is_final
        is_on_the_map(self.ticket)
        return heard.check is not None

    def told(self, message: InformationAnswer, order_key: str | None, now: datetime) -> None:
        """Let the form take the member's answer, which may correct the order (`order_key`)."""
        hear_answer(self.course, message, now)
        self.course.change(order_key=order_key or self.ticket.order_key)

    @property
    def outcome_ids(self) -> list[str]:
        """The ids of the outcomes that it has heard."""
        named = [name.partition(":") for name in self._names if name]
        return sorted(one for kind, _, one in named if kind == "outcome")

    def restarts(self) -> None:
        """Go on in another worker, with what a history hands on."""
        self.course.write_down()
        again = Ticket.model_validate_json(self.ticket.model_dump_json())
        assert again == self.ticket
        self.course = Course(again)

    def looks_up(self, now: datetime, crashes: bool = False) -> None:
        """Do what is due, as the workflow's own step does; `crashes`: between the books' answer and
        the ticket's move.
        """
        course = self.course
        if course.settlement_due(now):
            self._settles(now, crashes)
        elif course.release_due(now):
            facts = OrderFacts(rewards=self.books.of_order(self.ticket))
            course.release(release(self.account_id, facts), now)
        elif amount := confirmable(course, now):
            found = self.books.take_silence(self.ticket, float(amount.amount))
            fall_silent(course, now, found)
        elif (alarm := next_alarm(self.ticket)) and alarm <= now:
            self.hears(DeadlinePassed(), now)
        is_on_the_map(self.ticket)

    def _settles(self, now: datetime, crashes: bool) -> None:
        standing = self.books.grants.get(key_of(self.ticket))
        verdict = self.books.settle(self.ticket, self.account_id)
        if crashes:
            self.restarts()
            assert self.books.settle(self.ticket, self.account_id) is verdict
        self.course.settle(verdict, now)
        ticket = self.ticket
        if standing is not None:
            end = (ticket.state, ticket.reason_code)
            assert end == (State.REJECTED, RejectionReason.ALREADY_REWARDED)
        assert (ticket.granted is not None) is (verdict is Verdict.GRANTED)
        assert ticket.state is (
            State.REJECTED if verdict is Verdict.ALREADY_REWARDED else State.RESOLVED
        )

    def comes_to_its_end(self, now: datetime) -> datetime:
        """Let its time pass, and an agent decide where a person is asked for; return the moment."""
        for _ in range(MOST_STEPS):
            if self.course.ended:
                return now
            if alarm := next_alarm(self.ticket):
                now = max(now, alarm)
                self.looks_up(now)
            else:
                self._is_decided(now)
        raise AssertionError(f"does not end: {self.ticket.state}, {self.ticket.attention}")

    def _is_decided(self, now: datetime) -> None:
        assert set(self.ticket.attention) & {
            Attention.PARTNER_SILENT,
            Attention.AMOUNT_UNDECIDED,
            Attention.CANCELLATION_END_UNKNOWN,
        }
        self._requests += 1
        reward = {"amount": "40.00", "currency": "PLN"}
        self.hears(a_decision(request_id=f"last-{self._requests}", reward=reward), now)


def _name_of(message: Message) -> str | None:
    """Return what a message is known by when it comes again; our own have no names."""
    match message:
        case PartnerOutcome(outcome_id=one):
            return f"outcome:{one}"
        case RewardRegistered(reward_id=one):
            return f"reward:{one}"
        case Decision(request_id=one) | Withdrawal(request_id=one):
            return f"request:{one}"
    return None
