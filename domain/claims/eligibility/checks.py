"""The checks of a claim. Each returns the decision, or `None` if it has no objection."""

from collections.abc import Callable
from typing import Final

from domain.claims.claim_context import ClaimContext
from domain.claims.eligibility.assessment import (
    Assessment,
    discarded,
    incomplete,
    refused,
)
from domain.claims.eligibility.entitlement import (
    existing_reward_code,
    missing_link_code,
    unfit_link_code,
)
from domain.claims.invalid_fields import find_invalid_fields
from domain.codes import ClaimRefusal, RefusalCode
from domain.partners.claim_limits import exceeds_limits, has_too_many_refusals


def _check_refusals_today(context: ClaimContext) -> Assessment | None:
    """Stop before any other answer, except that a duplicate always names its ticket."""
    too_many = has_too_many_refusals(context.partner.limits, context.facts.claim_counts)
    return _too_many_claims(context) if too_many and not context.facts.existing_ticket else None


def _check_link_exists(context: ClaimContext) -> Assessment | None:
    if not context.claim.account_id:
        return incomplete(find_invalid_fields(context))
    return refused(code) if (code := missing_link_code(context)) else None


def _check_link_fits(context: ClaimContext) -> Assessment | None:
    claim = context.claim
    if context.kind.is_missing and not (claim.link_id and context.ordered_on):
        return incomplete(find_invalid_fields(context))
    if not claim.link_id and "link_id" in context.problems:
        return incomplete(find_invalid_fields(context))
    return refused(code) if (code := unfit_link_code(context)) else None


def _check_order_number(context: ClaimContext) -> Assessment | None:
    """Rewards of an order cannot be found while its number is missing or malformed."""
    if context.kind.is_missing:
        fields = context.partner.order_number_fields(context.kind)
        is_unknown = bool(fields) and not context.form.order_key
    else:
        is_unknown = not context.claim.reward_id
    return incomplete(find_invalid_fields(context)) if is_unknown else None


def _check_existing_reward(context: ClaimContext) -> Assessment | None:
    code = existing_reward_code(context)
    if code == RefusalCode.REWARD_REGISTERED:
        return discarded(code)
    return refused(code) if code else None


def _check_order_date(context: ClaimContext) -> Assessment | None:
    is_future = context.ordered_on and context.ordered_on > context.today
    return refused(ClaimRefusal.ORDER_IN_FUTURE) if is_future else None


def _check_window(context: ClaimContext) -> Assessment | None:
    if context.last_day and context.today > context.last_day:
        return refused(ClaimRefusal.TOO_LATE, last_day=context.last_day)
    return None


def _check_form(context: ClaimContext) -> Assessment | None:
    fields = find_invalid_fields(context)
    return incomplete(fields) if fields else None


def _check_duplicate(context: ClaimContext) -> Assessment | None:
    ticket = context.facts.existing_ticket
    return discarded(RefusalCode.DUPLICATE, existing_ticket=ticket) if ticket else None


def _check_claim_limits(context: ClaimContext) -> Assessment | None:
    link_id = context.link.link_id if context.link else None
    too_many = exceeds_limits(context.partner.limits, context.facts.claim_counts, link_id)
    return _too_many_claims(context) if too_many else None


def _too_many_claims(context: ClaimContext) -> Assessment:
    """The counts are per day, and an open claim may end on any day: tomorrow is the earliest."""
    return refused(ClaimRefusal.TOO_MANY_CLAIMS, available_from=context.tomorrow)


Check = Callable[[ClaimContext], Assessment | None]
CLAIM_CHECKS: Final[tuple[Check, ...]] = (
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
)
"""In the order of the table in `docs/requirements.md`; the first decision counts."""
ANSWER_CHECKS: Final[tuple[Check, ...]] = (
    _check_link_exists,
    _check_link_fits,
    _check_order_number,
    _check_existing_reward,
    _check_form,
    _check_duplicate,
)
"""For later answers: the window and the waiting period were checked at filing."""
