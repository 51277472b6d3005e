"""Whether a claim is accepted: one pure function, the same for checking and for filing.

The checks stand in the order of product.md's table; the first that matches answers. A check whose
own input is missing or malformed answers `incomplete` at its place, and names every wrong field of
the claim at once.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from domain.claims.claim import LINK_KIND, Facts, LinkKind, Status, TicketClaim, whom_to_write_to
from domain.claims.claim_context import Case
from domain.claims.entitlement import link_does_not_fit, no_link, reward_stands
from domain.claims.forms import fill
from domain.partners.claim_limits import asks_too_often, is_too_many
from domain.partners.profile import PartnerRules
from domain.values.types import Frozen, Money


class Reason(Frozen):
    """Why a claim is not accepted: a code of the table; for `incomplete` the field and what it
    expects.
    """

    code: str
    field: str | None = None
    expected: str | None = None


class Order(Frozen):
    """What the claim is about, in the form in which claims, rewards and grants are compared."""

    duplicate_key: str
    reward_kind: LinkKind
    order_key: str
    link_id: str | None
    ordered_on: date | None
    ordered_at: datetime | None


class Assessment(Frozen):
    """The decision on a claim, with the dates and the number that its answer names."""

    status: Status
    reasons: tuple[Reason, ...] = ()
    available_from: datetime | None = None
    last_day: date | None = None
    existing_ticket: str | None = None
    order: Order | None = None
    promised: Money | None = None
    answers: dict[str, str] = {}
    dates: dict[str, date] = {}


def assess(
    claim: TicketClaim,
    facts: Facts,
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
        return _incomplete(problems | _missing(claim, problems))
    if partner is None:
        return _refused("unknown_partner")
    if claim.kind is None:
        return _incomplete(problems | _missing(claim, problems))
    if claim.kind not in partner.kinds:
        return _refused("partner_takes_no_claims")
    form = fill(partner.form(claim.kind), claim.answers, partner.market)
    case = Case(claim, claim.kind, partner, facts, now, problems, form)
    answers = (check(case) for check in _CHECKS)
    return next((answer for answer in answers if answer), None) or _accepted(case)


def object_to_answers(case: Case) -> Assessment | None:
    """Return what filing would answer now to a claim whose ticket has new answers, if it refused.

    When it was filed was judged then: the window and the waiting time are not judged again.
    """
    return next((answer for check in _CHECKS_OF_ANSWERS if (answer := check(case))), None)


def _no_link(case: Case) -> Assessment | None:
    if not case.claim.account_id:
        return _incomplete(case.wrong_fields)
    return _refused(code) if (code := no_link(case)) else None


def _link_does_not_fit(case: Case) -> Assessment | None:
    if case.kind.is_missing and not (case.claim.link_id and case.ordered_on):
        return _incomplete(case.wrong_fields)
    if not case.claim.link_id and "link_id" in case.problems:
        return _incomplete(case.wrong_fields)
    return _refused(code) if (code := link_does_not_fit(case)) else None


def _order_unknown(case: Case) -> Assessment | None:
    """The rewards of an order cannot be looked up while its number is missing or malformed."""
    identifying = [f.name for f in case.partner.form(case.kind) if f.is_order_number]
    spoilt = case.kind.is_missing and identifying and not case.filled.order_key
    unnamed = not case.kind.is_missing and not case.claim.reward_id
    return _incomplete(case.wrong_fields) if spoilt or unnamed else None


def _reward_stands(case: Case) -> Assessment | None:
    code = reward_stands(case)
    if code == "reward_registered":
        return _discarded(code)
    return _refused(code) if code else None


def _order_in_future(case: Case) -> Assessment | None:
    future = case.ordered_on and case.ordered_on > case.today
    return _refused("order_in_future") if future else None


def _too_late(case: Case) -> Assessment | None:
    if case.last_day and case.today > case.last_day:
        return _refused("too_late", last_day=case.last_day)
    return None


def _fields_wrong(case: Case) -> Assessment | None:
    return _incomplete(case.wrong_fields) if case.wrong_fields else None


def _duplicate(case: Case) -> Assessment | None:
    standing = case.facts.standing_ticket
    return _discarded("duplicate", existing_ticket=standing) if standing else None


def _asks_too_often(case: Case) -> Assessment | None:
    """Before anything else is told; but a repeated claim always names the one that stands."""
    guesses = asks_too_often(case.partner.limits, case.facts.load)
    return _too_many(case) if guesses and not case.facts.standing_ticket else None


def _too_many_claims(case: Case) -> Assessment | None:
    link_id = case.link.link_id if case.link else None
    too_many = is_too_many(case.partner.limits, case.facts.load, link_id)
    return _too_many(case) if too_many else None


def _too_many(case: Case) -> Assessment:
    """Days are counted, and an open claim may end on any: asked again, earliest tomorrow."""
    return _refused("too_many_claims", available_from=case.tomorrow)


def _too_early(case: Case) -> Assessment | None:
    opens = case.opens
    if not opens or case.now >= opens:
        return None
    opens = opens.astimezone(case.partner.market.zone)
    if case.partner.early_claims == "hold":
        return _accepted(case).model_copy(update={"status": "held", "available_from": opens})
    return _refused("too_early", available_from=opens, last_day=case.last_day)


_CHECKS: Final[tuple[Callable[[Case], Assessment | None], ...]] = (
    _asks_too_often,
    _no_link,
    _link_does_not_fit,
    _order_unknown,
    _reward_stands,
    _order_in_future,
    _too_late,
    _fields_wrong,
    _duplicate,
    _too_many_claims,
    _too_early,
)
_CHECKS_OF_ANSWERS: Final = (
    _no_link,
    _link_does_not_fit,
    _order_unknown,
    _reward_stands,
    _fields_wrong,
    _duplicate,
)


def _accepted(case: Case) -> Assessment:
    return Assessment(
        status="accepted",
        last_day=case.last_day,
        order=order_of(case),
        promised=_promised(case),
        answers=case.filled.answers,
        dates=case.filled.dates,
    )


def _promised(case: Case) -> Money | None:
    if case.link and case.link.promised_reward:
        return case.link.promised_reward
    return case.contested.amount if case.contested else None


def order_of(case: Case) -> Order:
    """Return what the claim is about, as far as the facts of the moment say."""
    contested = case.contested
    by_id = f"reward:{case.claim.reward_id}" if contested else case.order_of_missing
    return Order(
        duplicate_key=case.duplicate_key,
        reward_kind=contested.kind if contested else LINK_KIND[case.kind],
        order_key=case.order_number or by_id,
        link_id=case.link.link_id if case.link else None,
        ordered_on=case.ordered_on,
        ordered_at=case.claim.ordered_at,
    )


def duplicate_key(claim: TicketClaim, partner: PartnerRules | None, now: datetime) -> str | None:
    """Return the key under which the same reward (R25) is looked for, if the claim says so much."""
    if partner is None or claim.kind is None or not claim.account_id:
        return None
    form = fill(partner.form(claim.kind), claim.answers, partner.market)
    return Case(claim, claim.kind, partner, Facts(), now, {}, form).duplicate_key


def _missing(claim: TicketClaim, problems: Mapping[str, str]) -> dict[str, str]:
    """Name what every claim needs, whatever its partner and kind."""
    named = {path.partition(".")[0] for path in problems}
    needed = {name: getattr(claim, name) for name in ("partner_id", "kind", "account_id")}
    needed |= whom_to_write_to(claim)
    absent = [name for name, value in needed.items() if not value]
    return {name: "required" for name in absent if name.partition(".")[0] not in named}


def _incomplete(problems: Mapping[str, str]) -> Assessment:
    reasons = (Reason(code="incomplete", field=f, expected=e) for f, e in problems.items())
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
