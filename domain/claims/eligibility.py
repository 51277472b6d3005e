"""Whether a claim is accepted: one pure function, the same for checking and for filing.

The checks stand in the order of product.md's table; the first that matches answers. A check whose
own input is missing or malformed answers `incomplete` at its place, and names every wrong field of
the claim at once.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from domain.claims.claim import (
    LINK_KIND,
    AccountFacts,
    AdmissionStatus,
    LinkKind,
    TicketClaim,
    required_contact_fields,
)
from domain.claims.claim_context import ClaimContext
from domain.claims.entitlement import existing_reward_code, missing_link_code, unfit_link_code
from domain.claims.forms import validate_form
from domain.codes import ClaimRefusal, RefusalCode
from domain.partners.claim_limits import exceeds_limits, has_too_many_refusals
from domain.partners.rules import PartnerRules
from domain.values.money import Money
from domain.values.types import FrozenModel


class Reason(FrozenModel):
    """Why a claim is not accepted: a code of the table; for `incomplete` the field and what it
    expects.
    """

    code: str
    field: str | None = None
    expected: str | None = None


class OrderIdentity(FrozenModel):
    """What the claim is about, in the form in which claims, rewards and grants are compared."""

    duplicate_key: str
    reward_kind: LinkKind
    order_key: str
    link_id: str | None
    ordered_on: date | None
    ordered_at: datetime | None


class Assessment(FrozenModel):
    """The decision on a claim, with the dates and the number that its answer names."""

    status: AdmissionStatus
    reasons: tuple[Reason, ...] = ()
    available_from: datetime | None = None
    last_day: date | None = None
    existing_ticket: str | None = None
    order: OrderIdentity | None = None
    promised: Money | None = None
    answers: dict[str, str] = {}
    anchor_dates: dict[str, date] = {}


def assess(
    claim: TicketClaim,
    facts: AccountFacts,
    partner: PartnerRules | None,
    now: datetime,
    problems: Mapping[str, str] | None = None,
) -> Assessment:
    """Decide on `claim`, knowing `facts`, by the rules of `partner` (`None`: there is no such
    partner).

    `now` is the moment the workflow started; `problems` are the fields that could not be read.
    """
    problems = dict(problems or {})
    if not claim.partner_id:
        return _incomplete(problems | _missing_fields(claim, problems))
    if partner is None:
        return _refused(RefusalCode.UNKNOWN_PARTNER)
    if claim.kind is None:
        return _incomplete(problems | _missing_fields(claim, problems))
    if claim.kind not in partner.kinds:
        return _refused(RefusalCode.PARTNER_TAKES_NO_CLAIMS)
    form = validate_form(partner.form(claim.kind), claim.answers, partner.market)
    case = ClaimContext(claim, claim.kind, partner, facts, now, problems, form)
    answers = (check(case) for check in _CHECKS)
    return next((answer for answer in answers if answer), None) or _accepted(case)


def check_answers(case: ClaimContext) -> Assessment | None:
    """Return what filing would answer now to a claim whose ticket has new answers, if it refused.

    When it was filed was judged then: the window and the waiting time are not judged again.
    """
    return next((answer for check in _ANSWER_CHECKS if (answer := check(case))), None)


def _check_link_exists(case: ClaimContext) -> Assessment | None:
    if not case.claim.account_id:
        return _incomplete(case.invalid_fields)
    return _refused(code) if (code := missing_link_code(case)) else None


def _check_link_fits(case: ClaimContext) -> Assessment | None:
    if case.kind.is_missing and not (case.claim.link_id and case.ordered_on):
        return _incomplete(case.invalid_fields)
    if not case.claim.link_id and "link_id" in case.problems:
        return _incomplete(case.invalid_fields)
    return _refused(code) if (code := unfit_link_code(case)) else None


def _check_order_number(case: ClaimContext) -> Assessment | None:
    """The rewards of an order cannot be looked up while its number is missing or malformed."""
    identifying = [f.name for f in case.partner.form(case.kind) if f.is_order_number]
    spoilt = case.kind.is_missing and identifying and not case.form.order_key
    unnamed = not case.kind.is_missing and not case.claim.reward_id
    return _incomplete(case.invalid_fields) if spoilt or unnamed else None


def _check_existing_reward(case: ClaimContext) -> Assessment | None:
    code = existing_reward_code(case)
    if code == RefusalCode.REWARD_REGISTERED:
        return _discarded(code)
    return _refused(code) if code else None


def _check_order_date(case: ClaimContext) -> Assessment | None:
    future = case.ordered_on and case.ordered_on > case.today
    return _refused(ClaimRefusal.ORDER_IN_FUTURE) if future else None


def _check_window(case: ClaimContext) -> Assessment | None:
    if case.last_day and case.today > case.last_day:
        return _refused(ClaimRefusal.TOO_LATE, last_day=case.last_day)
    return None


def _check_form(case: ClaimContext) -> Assessment | None:
    return _incomplete(case.invalid_fields) if case.invalid_fields else None


def _check_duplicate(case: ClaimContext) -> Assessment | None:
    standing = case.facts.existing_ticket
    return _discarded(RefusalCode.DUPLICATE, existing_ticket=standing) if standing else None


def _check_refusals_today(case: ClaimContext) -> Assessment | None:
    """Before anything else is told; but a repeated claim always names the one that stands."""
    guesses = has_too_many_refusals(case.partner.limits, case.facts.claim_counts)
    return _too_many_claims(case) if guesses and not case.facts.existing_ticket else None


def _check_claim_limits(case: ClaimContext) -> Assessment | None:
    link_id = case.link.link_id if case.link else None
    too_many = exceeds_limits(case.partner.limits, case.facts.claim_counts, link_id)
    return _too_many_claims(case) if too_many else None


def _too_many_claims(case: ClaimContext) -> Assessment:
    """Days are counted, and an open claim may end on any: asked again, earliest tomorrow."""
    return _refused(ClaimRefusal.TOO_MANY_CLAIMS, available_from=case.tomorrow)


def _check_waiting_period(case: ClaimContext) -> Assessment | None:
    opens = case.claimable_from
    if not opens or case.now >= opens:
        return None
    opens = opens.astimezone(case.partner.market.zone)
    if case.partner.early_claims == "hold":
        return _accepted(case).model_copy(update={"status": "held", "available_from": opens})
    return _refused(ClaimRefusal.TOO_EARLY, available_from=opens, last_day=case.last_day)


_CHECKS: Final[tuple[Callable[[ClaimContext], Assessment | None], ...]] = (
    _check_refusals_today,
    _check_link_exists,
    _check_link_fits,
    _check_order_number,
    _check_existing_reward,
    _check_order_date,
    _check_window,
    _check_form,
    _check_duplicate,
    _check_claim_limits,
    _check_waiting_period,
)
_ANSWER_CHECKS: Final = (
    _check_link_exists,
    _check_link_fits,
    _check_order_number,
    _check_existing_reward,
    _check_form,
    _check_duplicate,
)


def _accepted(case: ClaimContext) -> Assessment:
    return Assessment(
        status="accepted",
        last_day=case.last_day,
        order=identify_order(case),
        promised=_promised(case),
        answers=case.form.answers,
        anchor_dates=case.form.anchor_dates,
    )


def _promised(case: ClaimContext) -> Money | None:
    if case.link and case.link.promised_reward:
        return case.link.promised_reward
    return case.contested_reward.amount if case.contested_reward else None


def identify_order(case: ClaimContext) -> OrderIdentity:
    """Return what the claim is about, as far as the facts of the moment say."""
    contested = case.contested_reward
    by_id = f"reward:{case.claim.reward_id}" if contested else case.fallback_order_key
    return OrderIdentity(
        duplicate_key=case.duplicate_key,
        reward_kind=contested.kind if contested else LINK_KIND[case.kind],
        order_key=case.order_number or by_id,
        link_id=case.link.link_id if case.link else None,
        ordered_on=case.ordered_on,
        ordered_at=case.claim.ordered_at,
    )


def duplicate_key_of(claim: TicketClaim, partner: PartnerRules | None, now: datetime) -> str | None:
    """Return the key under which the same reward (R25) is looked for, if the claim says so much."""
    if partner is None or claim.kind is None or not claim.account_id:
        return None
    form = validate_form(partner.form(claim.kind), claim.answers, partner.market)
    return ClaimContext(claim, claim.kind, partner, AccountFacts(), now, {}, form).duplicate_key


def _missing_fields(claim: TicketClaim, problems: Mapping[str, str]) -> dict[str, str]:
    """Name what every claim needs, whatever its partner and kind."""
    named = {path.partition(".")[0] for path in problems}
    needed = {name: getattr(claim, name) for name in ("partner_id", "kind", "account_id")}
    needed |= required_contact_fields(claim)
    absent = [name for name, value in needed.items() if not value]
    return {name: "required" for name in absent if name.partition(".")[0] not in named}


def _incomplete(problems: Mapping[str, str]) -> Assessment:
    reasons = (
        Reason(code=RefusalCode.INCOMPLETE, field=f, expected=e) for f, e in problems.items()
    )
    return Assessment(status="discarded", reasons=tuple(reasons))


def _refused(
    code: str, last_day: date | None = None, available_from: datetime | None = None
) -> Assessment:
    return Assessment(
        status="refused",
        reasons=(Reason(code=code),),
        last_day=last_day,
        available_from=available_from,
    )


def _discarded(code: str, existing_ticket: str | None = None) -> Assessment:
    return Assessment(
        status="discarded", reasons=(Reason(code=code),), existing_ticket=existing_ticket
    )
