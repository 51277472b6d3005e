"""The decision on a claim: one pure function, the same for checking and for filing.

The checks run in the order of the table in `docs/requirements.md`; the first decision counts. A
check whose own input is missing or malformed answers `incomplete` and names every invalid field of
the claim.
"""

from collections.abc import Mapping
from datetime import datetime

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.claim_context import ClaimContext
from domain.claims.eligibility.assessment import Assessment, OrderIdentity, incomplete, refused
from domain.claims.eligibility.checks import ANSWER_CHECKS, CLAIM_CHECKS
from domain.claims.forms import validate_form
from domain.claims.invalid_fields import find_missing_basics
from domain.claims.rewards import LINK_KIND
from domain.codes import ClaimRefusal, RefusalCode
from domain.partners.rules import PartnerRules
from domain.values.money import Money


def assess(
    claim: TicketClaim,
    facts: AccountFacts,
    partner: PartnerRules | None,
    now: datetime,
    problems: Mapping[str, str] | None = None,
) -> Assessment:
    """Decide on `claim` by `facts` and the rules of `partner` (`None` for an unknown partner).

    `now` is the start of the workflow; `problems` are the malformed fields.
    """
    problems = dict(problems or {})
    if not claim.partner_id:
        return incomplete(problems | find_missing_basics(claim, problems))
    if partner is None:
        return refused(RefusalCode.UNKNOWN_PARTNER)
    if claim.kind is None:
        return incomplete(problems | find_missing_basics(claim, problems))
    if claim.kind not in partner.kinds:
        return refused(RefusalCode.PARTNER_TAKES_NO_CLAIMS)
    form = validate_form(partner.form(claim.kind), claim.answers, partner.market)
    context = ClaimContext(claim, claim.kind, partner, facts, now, problems, form)
    decisions = (check(context) for check in CLAIM_CHECKS)
    return next((one for one in decisions if one), None) or _accept_or_wait(context)


def check_answers(context: ClaimContext) -> Assessment | None:
    """Return the refusal of a ticket's claim with new answers, if filing would refuse it now."""
    decisions = (check(context) for check in ANSWER_CHECKS)
    return next((one for one in decisions if one), None)


def identify_order(context: ClaimContext) -> OrderIdentity:
    """Return what the claim is about, by the current facts."""
    contested = context.contested_reward
    by_id = f"reward:{context.claim.reward_id}" if contested else context.fallback_order_key
    return OrderIdentity(
        duplicate_key=context.duplicate_key,
        reward_kind=contested.kind if contested else LINK_KIND[context.kind],
        order_key=context.order_number or by_id,
        link_id=context.link.link_id if context.link else None,
        ordered_on=context.ordered_on,
        ordered_at=context.claim.ordered_at,
    )


def duplicate_key_of(claim: TicketClaim, partner: PartnerRules | None, now: datetime) -> str | None:
    """Return the key by which duplicates (R25) are found, if the claim has the fields for one."""
    if partner is None or claim.kind is None or not claim.account_id:
        return None
    form = validate_form(partner.form(claim.kind), claim.answers, partner.market)
    return ClaimContext(claim, claim.kind, partner, AccountFacts(), now, {}, form).duplicate_key


def _accept_or_wait(context: ClaimContext) -> Assessment:
    """Apply the waiting period (R7-R9): accept, hold, or refuse until it is over."""
    opens = context.claimable_from
    if not opens or context.now >= opens:
        return _accepted(context)
    opens = opens.astimezone(context.partner.market.zone)
    if context.partner.early_claims == "hold":
        return _accepted(context).model_copy(update={"status": "held", "available_from": opens})
    return refused(ClaimRefusal.TOO_EARLY, available_from=opens, last_day=context.last_day)


def _accepted(context: ClaimContext) -> Assessment:
    return Assessment(
        status="accepted",
        last_day=context.last_day,
        order=identify_order(context),
        promised=_promised_amount(context),
        answers=context.form.answers,
        anchor_dates=context.form.anchor_dates,
    )


def _promised_amount(context: ClaimContext) -> Money | None:
    if context.link and context.link.promised_reward:
        return context.link.promised_reward
    return context.contested_reward.amount if context.contested_reward else None
