"""The form for a claim: its inputs, and the claim that is built from their values.

Account and contact come from the session, never from the form; the workflow assesses the claim
again.
"""

from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.claims.claimable.claimable_link import ClaimableLink
from domain.partners.claim_kind import ClaimKind
from domain.partners.form_fields import FormField
from domain.partners.rules import PartnerRules
from domain.values.input.date_input import is_day_first, localize, parse_date, parse_time
from domain.values.input.invalid_input import InvalidInput
from domain.values.periods import has_clock_part
from domain.values.types import FrozenModel
from gateway.pages.form_fields import FIELD_PREFIX, FormValues, input_names, to_answers
from gateway.pages.member.access import MemberRequest
from gateway.pages.member.claimable_options import option_value

DATE_FIELD: Final = "ordered_on"
TIME_FIELD: Final = "ordered_time"


class ClaimForm(FrozenModel):
    """A form for a kind of claim, with the chosen link or reward and the partner's rules."""

    kind: ClaimKind
    choice: ClaimableLink
    rules: PartnerRules

    @property
    def fields(self) -> tuple[FormField, ...]:
        """The partner's own fields."""
        return self.rules.form(self.kind)

    @property
    def has_date_field(self) -> bool:
        """Say whether the form asks for the order's date; a rejected reward has its own."""
        return self.kind.is_missing

    @property
    def has_time_field(self) -> bool:
        """Say whether the order's time matters: the partner's waiting time counts hours (R9)."""
        return self.has_date_field and has_clock_part(self.rules.registration_delay)

    @property
    def input_names(self) -> list[str]:
        """The names of all inputs."""
        own = [DATE_FIELD] * self.has_date_field + [TIME_FIELD] * self.has_time_field
        return [*own, *input_names(self.fields)]

    @property
    def initial_values(self) -> dict[str, str]:
        """The values of an empty form: a rejected reward provides its order number."""
        number = self.choice.order_number
        fields = [field.name for field in self.fields if field.is_order_number]
        return {FIELD_PREFIX + fields[0]: number} if number and fields else {}


def build_claim(member: MemberRequest, form: ClaimForm, values: FormValues) -> dict[str, Any]:
    """Return the claim as docs/contract.md defines it; the same values give the same claim."""
    subject = "link_id" if form.kind.is_missing else "reward_id"
    return {
        "account_id": member.account_id,
        "contact": member.contact.model_dump(mode="json", exclude_none=True),
        "kind": form.kind.value,
        "partner_id": form.rules.id,
        subject: option_value(form.choice),
        **read_order_date(form, values),
        "answers": to_answers(form.fields, values),
    }


def parse_order_time(text: str) -> time | None:
    """Parse a time such as `14:30`; `None` where there is none or it is malformed."""
    try:
        return parse_time(text) if text else None
    except InvalidInput:
        return None


def read_order_date(form: ClaimForm, values: FormValues) -> dict[str, str]:
    """Return the date or the time of the order, as a claim has it; an unreadable date stays."""
    text = values.get(DATE_FIELD, "")
    if not form.has_date_field or not text:
        return {}
    try:
        day = parse_date(text, is_day_first(form.rules.market.time_zone))
    except InvalidInput:
        return {"ordered_on": text}
    clock = parse_order_time(values.get(TIME_FIELD, ""))
    if form.has_time_field and clock is not None:
        return _order_instant(datetime.combine(day, clock), form.rules.market.zone)
    return {"ordered_on": day.isoformat()}


def _order_instant(local: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Return the time of the order; only its day where a change of clocks makes the time unclear:
    the waiting time then counts from the end of the day.
    """
    try:
        return {"ordered_at": localize(local, zone).isoformat()}
    except InvalidInput:
        return {"ordered_on": local.date().isoformat()}
