"""The way to follow each arrow of the map by a real ticket, for `test_every_arrow.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.postgres.feed_records import store_reward
from domain.tickets.states import Event, State
from local.mail_catcher.smtp import SmtpMode
from tests.support.claims import a_claim, an_early_claim, an_order, days_ago, reward_for
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.transitions.test_transitions import ASKS_TO_WAIT, AWAITING, DOWN

Action = Callable[[TicketEnvironment], Awaitable[object]]
TransitionKey = tuple[Event, State, State]
HOLDS: Final = {"early_claims": "hold"}
SILENCE: Final = "partner_silent"
WITHIN_HALF_A_DAY: Final = {"deadline": "PT12H", "reminders": []}
UP_TO: Final = {"amount": "100.00", "currency": "PLN"}
CONFIRMS: Final = {
    "on_timeout": "confirm",
    "auto_confirm_max": UP_TO,
    "auto_confirm_monthly_cap": UP_TO,
}
LATER: Final = {"cancellation_ends_on": days_ago(-60).isoformat()}
OVER: Final = {"cancellation_ends_on": "2026-01-01"}


@dataclass(frozen=True)
class TransitionPath:
    """How an arrow is followed: a ticket led to its beginning, and what happens then, with changes
    to Velotel's file. `attention` is what the ticket asks for afterwards; so many of its first
    letters are `lost`.
    """

    begin: Action
    act: Action
    velotel: dict[str, Any] = field(default_factory=dict)
    attention: tuple[str, ...] = ()
    lost: int = 0


async def _nothing(env: TicketEnvironment) -> None:
    """Leave the stage empty."""


async def _files(env: TicketEnvironment) -> None:
    """Validated, and stays so: the partner is down."""
    env.partner.default_response = DOWN
    await env.file()


async def _files_what_has_to_wait(env: TicketEnvironment) -> None:
    """Validated, for longer than its partner has time."""
    env.partner.default_response = ASKS_TO_WAIT
    await env.file()


async def _files_what_the_partner_refuses(env: TicketEnvironment) -> None:
    env.partner.queued_responses.append(CannedResponse(status=422))
    await env.file()
    await env.wait_for_state("validated", "partner_contract_fault")


async def _files_nothing_of_use(env: TicketEnvironment) -> None:
    await env.file(a_claim(answers={}))


async def _files_early(env: TicketEnvironment) -> None:
    await env.file(an_early_claim())


async def _files_early_and_gets_no_mail(env: TicketEnvironment) -> None:
    """A held claim whose member no letter reaches asks for a person."""
    env.mail_behaviour.smtp = SmtpMode.REFUSE_FOR_GOOD
    await env.file(an_early_claim())
    await env.wait_for_state("on_hold", "mail_undeliverable")
    env.mail_behaviour.smtp = SmtpMode.OK


def _files_early_beside_a_reward(state: str) -> Action:
    async def begin(env: TicketEnvironment) -> None:
        claim = await env.prepare_claim(an_early_claim())
        await env.file(claim)
        await store_reward(env.postgres, reward_for(claim, state=state))

    return begin


async def _is_sent(env: TicketEnvironment) -> None:
    await env.file_and_send()


async def _is_asked(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])


async def _is_confirmed(env: TicketEnvironment) -> None:
    await env.file_and_confirm()


async def _is_confirmed_for_too_much(env: TicketEnvironment) -> None:
    reward = {"amount": "900.00", "currency": "PLN"}
    await env.file_and_send()
    await env.send_outcome("confirmed", reward=reward, **LATER)
    await env.wait_for_state(AWAITING, "amount_undecided")


async def _is_confirmed_after_another(env: TicketEnvironment) -> None:
    """The order's reward has gone to another account."""
    order = an_order()
    await env.file_and_send(account="acc-1", order=order)
    await env.send_outcome("confirmed", **OVER)
    await env.wait_until_closed()
    await env.file_and_confirm(account="acc-2", order=order)


async def _resends(env: TicketEnvironment) -> None:
    await env.send_update("resend_to_partner")


async def _withdraws(env: TicketEnvironment) -> None:
    await env.send_update("withdraw", reason="found it")


async def _is_tracked(env: TicketEnvironment) -> None:
    await env.signal("reward_registered", {"reward_id": "rew-1"})


async def _answers(env: TicketEnvironment) -> None:
    await env.send_update("provide_information", note="the one of October")


async def _decides_yes(env: TicketEnvironment) -> None:
    reward = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="saw it", reward=reward)


async def _decides_no(env: TicketEnvironment) -> None:
    await env.send_update("decide", outcome="rejected", reason_code="terms_not_met")


def _says(outcome: str, **told: Any) -> Action:
    async def act(env: TicketEnvironment) -> None:
        await env.send_outcome(outcome, **told)

    return act


def _waits(**span: float) -> Action:
    async def act(env: TicketEnvironment) -> None:
        await env.skip_time(**span)

    return act


async def _waits_for_the_release(env: TicketEnvironment) -> None:
    env.partner.default_response = DOWN
    await env.skip_time(days=2, minutes=1)


E, S, AWAIT = Event, State, State.AWAITING_CANCELLATION_PERIOD
HELD, SENT, ASKED = State.ON_HOLD, State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED
_CONFIRMS: Final = _says("confirmed", **LATER)
_REJECTS: Final = _says("rejected", reason_code="order_not_found")
_CANCELS: Final = _says("order_cancelled")
_ASKS: Final = _says("information_requested", questions=["Which contract?"])
_LATE: Final = _waits(hours=13)
_SILENT: Final = {"response": WITHIN_HALF_A_DAY}
_SILENCE_CONFIRMS: Final = {"response": WITHIN_HALF_A_DAY | CONFIRMS}
_SILENCE_REJECTS: Final = {"response": WITHIN_HALF_A_DAY | {"on_timeout": "reject"}}
_WITHOUT: Final = {"information": {"deadline": "P2D", "reminders": [], "on_timeout": "send"}}
_NOT_WITHOUT: Final = {"information": {"deadline": "P2D", "reminders": [], "on_timeout": "reject"}}
_UNREACHABLE: Final[dict[str, Any]] = {
    "velotel": HOLDS,
    "attention": ("mail_undeliverable",),
    "lost": 1,
}
_WAITING: Final = _files_what_has_to_wait
_TOO_MUCH: Final = _is_confirmed_for_too_much

TRANSITION_PATHS: Final[dict[TransitionKey, TransitionPath]] = {
    (E.CLAIM_ACCEPTED, S.CREATED, S.VALIDATED): TransitionPath(_nothing, _files),
    (E.CLAIM_DISCARDED, S.CREATED, S.DISCARDED): TransitionPath(_nothing, _files_nothing_of_use),
    (E.CLAIM_HELD, S.VALIDATED, HELD): TransitionPath(_nothing, _files_early, HOLDS),
    (E.HOLD_RELEASED, HELD, S.VALIDATED): TransitionPath(
        _files_early, _waits_for_the_release, HOLDS
    ),
    (E.HOLD_RELEASED, HELD, S.RESOLVED): TransitionPath(
        _files_early_beside_a_reward("registered"), _waits_for_the_release, HOLDS
    ),
    (E.HOLD_RELEASED, HELD, S.REJECTED): TransitionPath(
        _files_early_beside_a_reward("invalid"), _waits_for_the_release, HOLDS
    ),
    (E.CLAIM_SENT, S.VALIDATED, SENT): TransitionPath(_files_what_the_partner_refuses, _resends),
    (E.PARTNER_CONFIRMED, SENT, AWAIT): TransitionPath(_is_sent, _CONFIRMS),
    (E.PARTNER_CONFIRMED, ASKED, AWAIT): TransitionPath(_is_asked, _CONFIRMS),
    (E.PARTNER_CONFIRMED, AWAIT, AWAIT): TransitionPath(_is_confirmed, _CONFIRMS),
    (E.PARTNER_REJECTED, SENT, S.REJECTED): TransitionPath(_is_sent, _REJECTS),
    (E.PARTNER_REJECTED, ASKED, S.REJECTED): TransitionPath(_is_asked, _REJECTS),
    (E.INFORMATION_REQUESTED, SENT, ASKED): TransitionPath(_is_sent, _ASKS),
    (E.INFORMATION_PROVIDED, ASKED, SENT): TransitionPath(_is_asked, _answers),
    (E.INFORMATION_NOT_PROVIDED, ASKED, SENT): TransitionPath(_is_asked, _waits(days=3), _WITHOUT),
    (E.INFORMATION_NOT_PROVIDED, ASKED, S.REJECTED): TransitionPath(
        _is_asked, _waits(days=3), _NOT_WITHOUT
    ),
    (E.PARTNER_SILENT, S.VALIDATED, S.VALIDATED): TransitionPath(
        _WAITING, _LATE, _SILENT, (SILENCE,)
    ),
    (E.PARTNER_SILENT, S.VALIDATED, AWAIT): TransitionPath(_WAITING, _LATE, _SILENCE_CONFIRMS),
    (E.PARTNER_SILENT, S.VALIDATED, S.REJECTED): TransitionPath(_WAITING, _LATE, _SILENCE_REJECTS),
    (E.PARTNER_SILENT, SENT, SENT): TransitionPath(_is_sent, _LATE, _SILENT, (SILENCE,)),
    (E.PARTNER_SILENT, SENT, AWAIT): TransitionPath(_is_sent, _LATE, _SILENCE_CONFIRMS),
    (E.PARTNER_SILENT, SENT, S.REJECTED): TransitionPath(_is_sent, _LATE, _SILENCE_REJECTS),
    (E.ORDER_CANCELLED, SENT, S.REJECTED): TransitionPath(_is_sent, _CANCELS),
    (E.ORDER_CANCELLED, ASKED, S.REJECTED): TransitionPath(_is_asked, _CANCELS),
    (E.ORDER_CANCELLED, AWAIT, S.REJECTED): TransitionPath(_is_confirmed, _CANCELS),
    (E.CANCELLATION_PERIOD_ENDED, AWAIT, S.RESOLVED): TransitionPath(_is_confirmed, _waits(days=6)),
    (E.CANCELLATION_PERIOD_ENDED, AWAIT, S.REJECTED): TransitionPath(
        _is_confirmed_after_another, _waits(days=6)
    ),
    (E.REWARD_REGISTERED, S.VALIDATED, S.RESOLVED): TransitionPath(_files, _is_tracked),
    (E.REWARD_REGISTERED, HELD, S.RESOLVED): TransitionPath(_files_early, _is_tracked, HOLDS),
    (E.REWARD_REGISTERED, SENT, S.RESOLVED): TransitionPath(_is_sent, _is_tracked),
    (E.REWARD_REGISTERED, ASKED, S.RESOLVED): TransitionPath(_is_asked, _is_tracked),
    (E.REWARD_REGISTERED, AWAIT, S.RESOLVED): TransitionPath(_is_confirmed, _is_tracked),
    (E.WITHDRAWN, S.VALIDATED, S.WITHDRAWN): TransitionPath(_files, _withdraws),
    (E.WITHDRAWN, HELD, S.WITHDRAWN): TransitionPath(_files_early, _withdraws, HOLDS),
    (E.WITHDRAWN, SENT, S.WITHDRAWN): TransitionPath(_is_sent, _withdraws),
    (E.WITHDRAWN, ASKED, S.WITHDRAWN): TransitionPath(_is_asked, _withdraws),
    (E.DECIDED, S.VALIDATED, AWAIT): TransitionPath(_files, _decides_yes),
    (E.DECIDED, S.VALIDATED, S.REJECTED): TransitionPath(_files, _decides_no),
    (E.DECIDED, SENT, AWAIT): TransitionPath(_is_sent, _decides_yes),
    (E.DECIDED, SENT, S.REJECTED): TransitionPath(_is_sent, _decides_no),
    (E.DECIDED, ASKED, AWAIT): TransitionPath(_is_asked, _decides_yes),
    (E.DECIDED, ASKED, S.REJECTED): TransitionPath(_is_asked, _decides_no),
    (E.DECIDED, HELD, AWAIT): TransitionPath(
        _files_early_and_gets_no_mail, _decides_yes, **_UNREACHABLE
    ),
    (E.DECIDED, HELD, S.REJECTED): TransitionPath(
        _files_early_and_gets_no_mail, _decides_no, **_UNREACHABLE
    ),
    (E.DECIDED, AWAIT, AWAIT): TransitionPath(_TOO_MUCH, _decides_yes),
    (E.DECIDED, AWAIT, S.REJECTED): TransitionPath(_TOO_MUCH, _decides_no),
}
