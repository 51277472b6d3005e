"""How a text is read at each place where it can be entered: what is stored, or what is answered.

Member form, claims by API, partner page, agent pages, outcomes by API and in files.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from starlette.datastructures import FormData

from adapters.email.renderer import EmailRenderer
from cli.exchange.outcome_rows import read_outcome
from domain.admission.admission import AdmissionRequest
from domain.admission.claim_assessor import ClaimAssessor
from domain.claims.claimable.claimable_link import ClaimableLink
from domain.claims.forms import validate_form
from domain.errors import RequestRejected
from domain.partners.claim_kind import ClaimKind
from domain.partners.form_fields import FormField
from domain.partners.profile import PartnerProfile
from domain.tickets.messages.commands import Decision
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.parsing import parse_message
from gateway.api.partners.outcome_batch import parse_item
from gateway.i18n import catalog
from gateway.pages.agent.actions import parse_action
from gateway.pages.form_fields import error_message, input_names, read_values, to_answers
from gateway.pages.member.claim_form import ClaimForm, read_order_date
from gateway.pages.partner.form_data import read_form_data
from gateway.pages.partner.labels import field_errors
from gateway.pages.partner.outcome_form import parse_outcome_form
from tests.support.builders import NOW, NUMBER, a_field, a_profile, claim_json, some_facts

PROFILE: Final[PartnerProfile] = a_profile(
    market={"time_zone": "Europe/Berlin", "currency": "EUR", "language": "de"},
    max_reward={"amount": "500.00", "currency": "EUR"},
    registration_delay="PT1H",
    fields=[
        one.model_dump()
        for one in (
            a_field(pattern="(?i)VT-[0-9]{4}-[0-9]", example="VT-2231-9", is_order_number=True),
            a_field("total", type="number", required=False),
            a_field("meter", type="number", pattern="[0-9]{11}", example="10012345678"),
            a_field("started_on", type="date", required=False),
            a_field("remark", required=False),
        )
    ],
)
RULES: Final = PROFILE.rules
MARKET: Final = RULES.market
EMAILS: Final = EmailRenderer("help@example.com")
ANSWERS: Final = {"order_number": "VT-2231-9", "meter": "10012345678"}
FIELDS: Final[dict[str, FormField]] = {field.name: field for field in RULES.fields}


class Refused(Exception):
    """A text that was refused, with what the reader sees."""


def answer_in_form(name: str, text: str) -> str:
    """A partner's own field in the member form, or on the page for an answer."""
    field = FIELDS[name]
    (input_name,) = input_names([field])
    values = read_values(FormData({input_name: text}), [input_name])
    form = validate_form([field], to_answers([field], values), MARKET)
    if code := form.problems.get(name):
        raise Refused(error_message(EMAILS, "en", code, field.example))
    return form.answers.get(name, "")


def answer_by_api(name: str, text: str) -> str:
    """An answer of a claim that is filed by API, by what filing stores or answers."""
    return filed(lambda record: record.answers[name], name, answers={**ANSWERS, name: text})


def filed(read: Callable[[Any], str], name: str, **claim: Any) -> str:
    """File a claim, with its texts in English."""
    contact = {"email": "jan@example.com", "language": "en"}
    claim = {"answers": ANSWERS, **claim}
    request = AdmissionRequest(
        number=NUMBER,
        run_id="",
        digest="",
        claim=claim_json(contact=contact, **claim),
        started_at=NOW,
    )
    assessor = ClaimAssessor(request, {RULES.id: PROFILE}, EMAILS, NOW)
    record = assessor.assess(some_facts())
    assert assessor.unexpected_error is None
    if reasons := [one for one in record.admission.result.reasons if one.field == name]:
        raise Refused(reasons[0].message)
    return read(record)


def day_in_form(text: str) -> str:
    """The date of the order in the member form."""
    read = read_order_date(claim_form(), {"ordered_on": text})
    return filed(lambda record: str(record.order.ordered_on), "ordered_on", **read)


def day_by_api(text: str) -> str:
    """The date of the order by API."""
    return filed(lambda record: str(record.order.ordered_on), "ordered_on", ordered_on=text)


def moment_in_form(text: str) -> str:
    """The date and the time of the order in the member form."""
    day, _, clock = text.partition(" ")
    read = read_order_date(claim_form(), {"ordered_on": day, "ordered_time": clock})
    if "ordered_at" not in read:
        raise Refused(catalog("member", "en")["details"]["ordered_time_invalid"])
    return moment(datetime.fromisoformat(read["ordered_at"]))


def moment_by_api(text: str) -> str:
    """The time of the order by API."""
    return filed(
        lambda record: moment(record.order.ordered_at),
        "ordered_at",
        ordered_at=text,
        ordered_on=None,
    )


def claim_form() -> ClaimForm:
    choice = ClaimableLink.model_validate(
        {"status": "open", "partner_id": RULES.id, "partner_name": RULES.name, "kind": "cashback"}
    )
    return ClaimForm(kind=ClaimKind.MISSING_CASHBACK, choice=choice, rules=RULES)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def on_partner_page(read: Callable[[PartnerOutcome], str], name: str, text: str) -> str:
    """A field of the page behind a partner's link."""
    sent = read_form_data(FormData({"outcome": "confirmed", name: text}), RULES)
    found = parse_outcome_form(sent.values, (), RULES, NUMBER, "link-0")
    if found.outcome is None:
        raise Refused(field_errors(EMAILS, "en", RULES, found.problems)[name])
    return read(found.outcome)


def by_outcome_api(
    read: Callable[[PartnerOutcome], str], at: str, content: Mapping[str, Any]
) -> str:
    """A field of an outcome by API."""
    item = {"outcome_id": "evt-1", "number": NUMBER, "outcome": "confirmed", **content}
    found = parse_item(json.loads(json.dumps(item)), RULES.id, MARKET)
    if found.value is None:
        raise Refused(found.problems[at])
    return read(found.value)


def in_file(read: Callable[[PartnerOutcome], str], **cells: str) -> str:
    """Cells of a file of outcomes."""
    try:
        outcome = read_outcome(
            {"number": NUMBER, "outcome": "confirmed", **cells}, RULES.id, MARKET
        )
    except RequestRejected as error:
        raise Refused(error.expected) from None
    return read(outcome)


def amount_of_agent(text: str) -> str:
    """An amount on the agent pages, by the command that is sent."""
    form = {"action": "confirm", "request_id": "r", "confirm_note": "seen", "confirm_amount": text}
    action = parse_action(FormData(form), MARKET.currency)
    if code := action.errors.get("confirm_amount"):
        raise Refused(catalog("agent", "en")["errors"][code])
    content = {"request_id": "r", "actor": "agent:anna", **action.content}
    decision = parse_message(Decision, content).value
    assert decision
    assert decision.reward
    return str(decision.reward.amount)


def amount(outcome: PartnerOutcome) -> str:
    assert outcome.reward
    return str(outcome.reward.amount)


def end(outcome: PartnerOutcome) -> str:
    return str(outcome.cancellation_ends_on)


def occurred(outcome: PartnerOutcome) -> str:
    assert outcome.occurred_at
    return moment(outcome.occurred_at)


def note(outcome: PartnerOutcome) -> str:
    return outcome.note or ""


Reading = Callable[[str], str]
AMOUNTS: Final[dict[str, Reading]] = {
    "partner page": lambda text: on_partner_page(amount, "amount", text),
    "agent page": amount_of_agent,
    "outcome by API": lambda text: by_outcome_api(
        amount, "reward.amount", {"reward": {"amount": text, "currency": "eur"}}
    ),
    "file": lambda text: in_file(amount, amount=text, currency="eur"),
    "member form": lambda text: with_cents(answer_in_form("total", text)),
    "claim by API": lambda text: with_cents(answer_by_api("total", text)),
}
DATES: Final[dict[str, Reading]] = {
    "partner page": lambda text: on_partner_page(end, "cancellation_ends_on", text),
    "outcome by API": lambda text: by_outcome_api(
        end, "cancellation_ends_on", {"cancellation_ends_on": text}
    ),
    "file": lambda text: in_file(end, cancellation_ends_on=text),
    "field in the member form": lambda text: answer_in_form("started_on", text),
    "field by API": lambda text: answer_by_api("started_on", text),
    "date of the order in the member form": day_in_form,
    "date of the order by API": day_by_api,
}
MOMENTS: Final[dict[str, Reading]] = {
    "outcome by API": lambda text: by_outcome_api(occurred, "occurred_at", {"occurred_at": text}),
    "file": lambda text: in_file(occurred, occurred_at=text),
    "time of the order in the member form": moment_in_form,
    "time of the order by API": moment_by_api,
}
NUMBERS: Final[dict[str, Reading]] = {
    "member form": lambda text: answer_in_form("meter", text),
    "claim by API": lambda text: answer_by_api("meter", text),
}
ORDER_NUMBERS: Final[dict[str, Reading]] = {
    "member form": lambda text: answer_in_form("order_number", text),
    "claim by API": lambda text: answer_by_api("order_number", text),
}
TEXTS: Final[dict[str, Reading]] = {
    "member form": lambda text: answer_in_form("remark", text),
    "claim by API": lambda text: answer_by_api("remark", text),
    "partner page": lambda text: on_partner_page(note, "confirmed_note", text),
    "outcome by API": lambda text: by_outcome_api(note, "note", {"note": text}),
    "file": lambda text: in_file(note, note=text),
    "agent page": lambda text: note_of_agent(text),
}
TICKETS: Final[dict[str, Reading]] = {
    "outcome by API": lambda text: by_outcome_api(number, "number", {"number": text}),
    "file": lambda text: in_file(number, number=text),
}


def number(outcome: PartnerOutcome) -> str:
    return outcome.number or ""


def note_of_agent(text: str) -> str:
    """A reason on the agent pages, by the command that is sent."""
    form = {"action": "confirm", "request_id": "r", "confirm_note": text}
    action = parse_action(FormData(form), MARKET.currency)
    decision = parse_message(
        Decision, {"request_id": "r", "actor": "agent:anna", **action.content}
    ).value
    assert decision
    return decision.note or ""


def with_cents(text: str) -> str:
    return f"{Decimal(text):.2f}"
