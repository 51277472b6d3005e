"""A claim as a page makes it: from what was typed to the claim that is filed, and what is wrong.

Nothing of it is trusted: account and contact are the session's, and the workflow judges anew.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final

from domain.claims.claim import AccountFacts, TicketClaim
from domain.claims.claim_context import ClaimContext
from domain.claims.claimable_links import AccountHistory, ClaimableLink
from domain.claims.eligibility import assess
from domain.claims.forms import validate_form
from domain.claims.parsing import parse_claim
from domain.partners.profile import ClaimKind, FormField, PartnerRules
from domain.values.input_grammar import InvalidInput, is_day_first, parse_date, parse_time
from domain.values.periods import has_clock_part
from domain.values.types import FrozenModel
from gateway.i18n import catalog
from gateway.pages.form_fields import PREFIX, Typed, answers_of, capital, inputs, sentence
from gateway.pages.member.access import Reader
from gateway.pages.member.claimable_options import value_of

DAY: Final = "ordered_on"
TIME: Final = "ordered_time"
CORRECTABLE: Final = frozenset(
    {"incomplete", "order_in_future", "link_does_not_fit", "too_late", "too_early"}
)
"""Where other entries could lead to another answer."""
_TOLD_AT_FIELDS: Final = frozenset({"incomplete", "order_in_future", "link_does_not_fit"})


class Subject(FrozenModel):
    """What a form is about: the kind, the choice that was made, the partner's rules."""

    kind: ClaimKind
    choice: ClaimableLink
    rules: PartnerRules

    @property
    def fields(self) -> tuple[FormField, ...]:
        """The partner's own fields."""
        return self.rules.form(self.kind)

    @property
    def asks_day(self) -> bool:
        """Say whether the form asks for the day of the order: a rejected reward knows its own."""
        return self.kind.is_missing

    @property
    def asks_time(self) -> bool:
        """Say whether the time of the order matters: where the partner counts hours (R9)."""
        return self.asks_day and has_clock_part(self.rules.registration_delay)

    @property
    def inputs(self) -> list[str]:
        """The names of all inputs."""
        own = [DAY] * self.asks_day + [TIME] * self.asks_time
        return [*own, *inputs(self.fields)]

    @property
    def known(self) -> dict[str, str]:
        """What the form begins with: a rejected reward names its order."""
        named = self.choice.order_number
        identifying = [field.name for field in self.fields if field.is_order_number]
        return {PREFIX + identifying[0]: named} if named and identifying else {}


def claim_of(reader: Reader, subject: Subject, typed: Typed) -> dict[str, Any]:
    """Return the claim as contract.md writes it; the same entries give the same claim."""
    about = "link_id" if subject.kind.is_missing else "reward_id"
    return {
        "account_id": reader.account,
        "contact": reader.contact.model_dump(mode="json", exclude_none=True),
        "kind": subject.kind.value,
        "partner_id": subject.rules.id,
        about: value_of(subject.choice),
        **_ordered(subject, typed),
        "answers": answers_of(subject.fields, typed),
    }


def _ordered(subject: Subject, typed: Typed) -> dict[str, str]:
    typed_day, clock = typed.get(DAY, ""), _time(typed.get(TIME, ""))
    if not subject.asks_day or not typed_day:
        return {}
    try:
        day = parse_date(typed_day, is_day_first(subject.rules.market.time_zone))
    except InvalidInput:
        return {"ordered_on": typed_day}
    if subject.asks_time and clock is not None:
        at = datetime.combine(day, clock, subject.rules.market.zone)
        return {"ordered_at": at.isoformat()}
    return {"ordered_on": day.isoformat()}


def _time(text: str) -> time | None:
    try:
        return parse_time(text) if text else None
    except InvalidInput:
        return None


def errors_in(
    reader: Reader, subject: Subject, known: AccountHistory, typed: Typed, claim: Mapping[str, Any]
) -> dict[str, str]:
    """Return all that the member has to correct, in words, by the inputs ("" for none of them).

    The domain judges, by what is known of the account. Where its answer is not told at a field,
    nothing is to be corrected first: it is given by filing.
    """
    reading, rules, now = parse_claim(claim), subject.rules, reader.context.now
    claimed = reading.value or TicketClaim()
    facts = AccountFacts(
        links=tuple(link for link in known.links if link.partner_id == rules.id),
        rewards=tuple(one for one in known.rewards if one.partner_id == rules.id),
    )
    assessment = assess(claimed, facts, rules, now, reading.problems)
    first = assessment.reasons[0].code if assessment.reasons else ""
    found = _time_at_fault(reader, typed)
    if not found and first not in _TOLD_AT_FIELDS:
        return {}
    form = validate_form(subject.fields, claimed.answers, rules.market)
    case = ClaimContext(claimed, subject.kind, rules, facts, now, reading.problems, form)
    return found | _fields_at_fault(reader, subject, case) | _day_at_fault(reader, subject, case)


def _fields_at_fault(reader: Reader, subject: Subject, case: ClaimContext) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, expected in case.invalid_fields.items():
        place = _input(subject, field)
        found[place] = _fault(reader, field if not place else "", expected)
    return found


def _fault(reader: Reader, field: str, expected: str) -> str:
    """Say what was expected; of a `field` that has no input here, by its name."""
    book, language = reader.context.emails, reader.language
    if not field:
        return sentence(book, language, expected)
    return capital(book.reason(language, "incomplete", field, {"expected": expected}))


def _day_at_fault(reader: Reader, subject: Subject, case: ClaimContext) -> dict[str, str]:
    day, clicked_on = case.ordered_on, subject.choice.clicked_on
    if not subject.asks_day or not day:
        return {}
    if day > case.today:
        return {DAY: sentence(reader.context.emails, reader.language, "date_in_future")}
    if clicked_on and day < clicked_on:
        said = catalog("member", reader.language)["details"]["before_link"]
        return {DAY: capital(said.format(day=reader.writes.day(clicked_on)))}
    return {}


def _time_at_fault(reader: Reader, typed: Typed) -> dict[str, str]:
    if not typed.get(TIME) or _time(typed[TIME]) is not None:
        return {}
    return {TIME: capital(catalog("member", reader.language)["details"]["ordered_time_invalid"])}


def _input(subject: Subject, field: str) -> str:
    if field in ("ordered_on", "ordered_at"):
        return DAY
    return PREFIX + field if any(field == one.name for one in subject.fields) else ""
