"""A ticket as agents see it, over HTTP and at the desk: its row in the books, put into words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from adapters.postgres.ticket_queries import MESSAGES_A_PAGE
from domain.handlers.commands import possible
from domain.partners.profile import ClaimKind, PartnerRules
from domain.tickets.lifecycle import State
from gateway.api.discrepancies import Discrepancy
from gateway.api.schemas.examples import WHOLE
from gateway.context import Parts
from gateway.http.pagination import place_before
from gateway.i18n import catalog

_WAITS: Final = {
    State.VALIDATED: "partner",
    State.SENT_TO_PARTNER: "partner",
    State.ON_HOLD: "hold",
    State.INFORMATION_REQUESTED: "member",
    State.AWAITING_CANCELLATION_PERIOD: "cancellation_period",
}


class CodedText(BaseModel):
    """A code for programs, its words for people."""

    code: str
    text: str


class AttentionItem(CodedText):
    """Why a ticket needs a person, and what to do."""

    advice: str


class Amount(BaseModel):
    """An amount with its currency."""

    amount: str = Field(examples=["40.00"])
    currency: str = Field(examples=["PLN"])


class ProposedAmount(BaseModel):
    """An amount above the partner's maximum that `by` proposed, and that another agent may approve
    by the same decision.
    """

    amount: Amount
    by: str = Field(examples=["agent:anna"])
    at: datetime


class PartnerRef(BaseModel):
    """A partner; `name` as it was when the claim was admitted."""

    id: str
    name: str


class TicketContact(BaseModel):
    """Whom letters go to."""

    email: str
    name: str = ""
    language: str | None = None


class FieldAnswer(BaseModel):
    """The answer to a form field; `display_value` is the label of a chosen option."""

    name: str
    label: str
    value: str
    display_value: str


class TransitionView(BaseModel):
    """A move of the ticket."""

    seq: int
    event: str
    from_state: str = Field(alias="from")
    to: str
    at: datetime
    actor: str = Field(examples=["partner:velotel"])
    reason: CodedText | None = None
    note: str | None = None


class EmailSummary(BaseModel):
    """A letter to the member; `sent_at` is null while it waits."""

    kind: str
    language: str
    queued_at: datetime
    sent_at: datetime | None = None


class MessageLogItem(BaseModel):
    """A message that came, and what became of it: `applied`, or the code why it moved nothing."""

    message: str
    message_id: str
    actor: str
    code: str
    at: datetime
    seq: int | None = None
    body: dict[str, Any] = {}


class RelatedTicket(BaseModel):
    """Another ticket; `account_id` is null where its claim was not accepted."""

    number: str
    state: str
    created_at: datetime
    account_id: str | None = None


class OpenClaims(BaseModel):
    """How many other claims of the same account are open at the same partner: a hint for agents."""

    on_account: int = 0
    on_link: int = 0


class TicketSummary(BaseModel):
    """A ticket in a list."""

    number: str = Field(examples=["ZW-4KQ7-P9XT-M2AB-C"])
    state: State
    kind: str | None = None
    partner: str | None = Field(None, examples=["velotel"])
    account_id: str | None = None
    contact: TicketContact | None = None
    created_at: datetime
    next_deadline: datetime | None = None
    attention: list[str] = []
    reason_code: str | None = None


class TicketDetail(BaseModel):
    """All that is known of a ticket.

    `related` are tickets of the same account for the same order, and claims that were discarded
    because this ticket stood; `other_accounts` are tickets of other accounts for the same order:
    neither account is told. `messages` came last, `messages_before` leads to those before them;
    `messages_left_out` were too many to be kept. `available_actions`
    names the calls that the ticket takes.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [WHOLE]})

    number: str = Field(examples=["ZW-4KQ7-P9XT-M2AB-C"])
    state: State
    kind: str | None = None
    partner: PartnerRef | None = None
    account_id: str | None = None
    contact: TicketContact | None = None
    language: str | None = None
    answers: list[FieldAnswer] = []
    information_note: str | None = None
    link_id: str | None = None
    reward_id: str | None = None
    ordered_on: date | None = None
    ordered_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    next_deadline: datetime | None = None
    waiting_for: CodedText | None = None
    cancellation_ends_at: datetime | None = None
    attention: list[AttentionItem] = []
    reason: CodedText | None = None
    refusal_reasons: list[CodedText] = []
    existing_ticket: str | None = None
    promised: Amount | None = None
    confirmed: Amount | None = None
    granted: Amount | None = None
    maximum: Amount | None = None
    proposal: ProposedAmount | None = None
    partner_reference: str | None = None
    history: list[TransitionView] = []
    emails: list[EmailSummary] = []
    messages: list[MessageLogItem] = []
    messages_before: str | None = None
    messages_left_out: int = 0
    related: list[RelatedTicket] = []
    other_accounts: list[RelatedTicket] = []
    other_open_claims: OpenClaims = OpenClaims()
    discrepancies: list[Discrepancy] = []
    available_actions: list[str] = []


def line(row: Mapping[str, Any]) -> TicketSummary:
    """Build a line of a list from a row."""
    return TicketSummary.model_validate(
        dict(row) | {"partner": row["partner_id"], "next_deadline": row["due_at"]}
    )


def rules_of(have: Parts, row: Mapping[str, Any]) -> PartnerRules | None:
    """Return the rules a ticket was admitted under; of a claim that was not, the partner's own."""
    if row["rules"]:
        return PartnerRules.stored(row["rules"])
    profile = have.profiles.get(row["partner_id"] or "")
    return profile.rules if profile else None


def whole(have: Parts, row: Mapping[str, Any], language: str) -> TicketDetail:
    """Build the view of a ticket from its row, in words of `language`."""
    rules, said, state = rules_of(have, row), catalog("agent", language), State(row["state"])
    told, notes = row["admission"], row["notes"] or []
    seen = _others(row) | {
        "partner": {"id": rules.id, "name": rules.name} if rules else None,
        "answers": _answers(row, rules, language),
        "next_deadline": row["due_at"],
        "waiting_for": _coded(said["waiting_for"], _WAITS.get(state)),
        "attention": _needs(row["attention"], said),
        "reason": None if told.get("reasons") else _reason(have, row["reason_code"], language),
        "refusal_reasons": [
            {"code": one["code"], "text": one["message"]} for one in told.get("reasons", [])
        ],
        "existing_ticket": told.get("existing_ticket"),
        "history": [_move(have, one, language) for one in row["moves"] or []],
        "emails": row["letters"] or [],
        **{"messages": notes[-MESSAGES_A_PAGE:], "messages_before": place_before(notes[::-1])},
        "discrepancies": row["discrepancies"] or [],
        "maximum": rules.max_reward.model_dump(mode="json") if rules else None,
        "available_actions": sorted(possible(state, row["attention"])),
    }
    amounts = {name: _amount(row, name) for name in ("promised", "confirmed", "granted")}
    return TicketDetail.model_validate(dict(row) | seen | amounts)


def _others(row: Mapping[str, Any]) -> dict[str, Any]:
    own, others = list[Any](), list[Any]()
    for one in row["same_order"] or []:
        (own if one["account_id"] == row["account_id"] else others).append(one)
    return {
        "related": [*own, *(row["duplicates"] or [])],
        "other_accounts": others,
        "other_open_claims": {"on_account": row["open_on_account"], "on_link": row["open_on_link"]},
    }


def _needs(codes: Sequence[str], said: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"code": code, "text": said["attention"][code], "advice": said["advice"][code]}
        for code in codes
    ]


def _coded(said: Mapping[str, str], code: str | None) -> dict[str, str] | None:
    return {"code": code, "text": said[code]} if code else None


def _reason(have: Parts, code: str | None, language: str) -> dict[str, str] | None:
    if code is None:
        return None
    try:
        return {"code": code, "text": have.book.phrase(language, "rejections", code)}
    except KeyError:  # of a refused claim: its answer has the words
        return {"code": code, "text": code}


def _move(have: Parts, move: Mapping[str, Any], language: str) -> dict[str, Any]:
    reason = _reason(have, move["reason_code"], language)
    return {**move, "from": move["from_state"], "to": move["to_state"], "reason": reason}


def _amount(row: Mapping[str, Any], name: str) -> dict[str, str] | None:
    amount = row[f"{name}_amount"]
    return None if amount is None else {"amount": str(amount), "currency": row[f"{name}_currency"]}


def _answers(
    row: Mapping[str, Any], rules: PartnerRules | None, language: str
) -> list[dict[str, str]]:
    given = row["answers"] or {}
    form = rules.form(ClaimKind(row["kind"])) if rules and given else ()
    options = {field.name: field.options for field in form}
    names = [field.name for field in form if field.name in given]
    names += [name for name in given if name not in names]
    return [
        {
            "name": name,
            "label": (rules.label(name, language) if rules else None) or name,
            "value": given[name],
            "display_value": _shown(
                options.get(name, {}).get(given[name], {}), language, given[name]
            ),
        }
        for name in names
    ]


def _shown(labels: Mapping[Any, str], language: str, value: str) -> str:
    return labels.get(language, value)
