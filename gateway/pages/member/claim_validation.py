"""Validates a member's form before filing: what to correct, as sentences by input (R22, R23)."""

from collections.abc import Mapping
from typing import Any, Final

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.claim_context import ClaimContext
from domain.claims.claim_parsing import parse_claim
from domain.claims.claimable.claimable_link import AccountHistory
from domain.claims.eligibility.decision import assess
from domain.claims.forms import validate_form
from domain.claims.invalid_fields import find_invalid_fields
from gateway.i18n import catalog
from gateway.pages.form_fields import FIELD_PREFIX, FormValues, capitalize, error_message
from gateway.pages.member.access import MemberRequest
from gateway.pages.member.claim_form import DATE_FIELD, TIME_FIELD, ClaimForm, parse_order_time

CORRECTABLE_CODES: Final = frozenset(
    {"incomplete", "order_in_future", "link_does_not_fit", "too_late", "too_early"}
)
"""Refusals that other values in the form could avoid."""
_FIELD_LEVEL_CODES: Final = frozenset({"incomplete", "order_in_future", "link_does_not_fit"})


def validate(
    member: MemberRequest,
    form: ClaimForm,
    history: AccountHistory,
    values: FormValues,
    claim: Mapping[str, Any],
) -> dict[str, str]:
    """Return everything that the member has to correct, by input name ("" for no input).

    The domain assesses the claim with the account's history. A refusal that no field can avoid is
    no error here: filing returns it.
    """
    parsed, rules, now = parse_claim(claim), form.rules, member.context.now
    value = parsed.value or TicketClaim()
    facts = AccountFacts(
        links=tuple(link for link in history.links if link.partner_id == rules.id),
        rewards=tuple(one for one in history.rewards if one.partner_id == rules.id),
    )
    assessment = assess(value, facts, rules, now, parsed.problems)
    first = assessment.reasons[0].code if assessment.reasons else ""
    errors = _time_error(member, values)
    if not errors and first not in _FIELD_LEVEL_CODES:
        return {}
    validated = validate_form(form.fields, value.answers, rules.market)
    claim_context = ClaimContext(value, form.kind, rules, facts, now, parsed.problems, validated)
    errors |= _field_errors(member, form, claim_context)
    return errors | _date_error(member, form, claim_context)


def _field_errors(
    member: MemberRequest, form: ClaimForm, claim_context: ClaimContext
) -> dict[str, str]:
    errors: dict[str, str] = {}
    for field, expected in find_invalid_fields(claim_context).items():
        name = _input_name(form, field)
        if name:
            example = form.rules.example(field)
            errors[name] = error_message(member.context.emails, member.language, expected, example)
        else:
            errors[name] = _unnamed_message(member, field, expected)
    return errors


def _unnamed_message(member: MemberRequest, field: str, expected: str) -> str:
    """Name a field that has no input on the page, and say what was expected."""
    params = {"expected": expected}
    return capitalize(
        member.context.emails.render_reason(member.language, "incomplete", field, params)
    )


def _date_error(
    member: MemberRequest, form: ClaimForm, claim_context: ClaimContext
) -> dict[str, str]:
    day, clicked_on = claim_context.ordered_on, form.choice.clicked_on
    if not form.has_date_field or not day:
        return {}
    if day > claim_context.today:
        return {DATE_FIELD: error_message(member.context.emails, member.language, "date_in_future")}
    if clicked_on and day < clicked_on:
        text = catalog("member", member.language)["details"]["before_link"]
        return {DATE_FIELD: capitalize(text.format(day=member.formatter.format_date(clicked_on)))}
    return {}


def _time_error(member: MemberRequest, values: FormValues) -> dict[str, str]:
    if not values.get(TIME_FIELD) or parse_order_time(values[TIME_FIELD]) is not None:
        return {}
    text = catalog("member", member.language)["details"]["ordered_time_invalid"]
    return {TIME_FIELD: capitalize(text)}


def _input_name(form: ClaimForm, field: str) -> str:
    if field in ("ordered_on", "ordered_at"):
        return DATE_FIELD
    return FIELD_PREFIX + field if any(field == one.name for one in form.fields) else ""
