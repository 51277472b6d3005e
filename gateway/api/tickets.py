"""Tickets for agents, and for members through the platform: look up, decide, withdraw, ask."""

import uuid
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from adapters.postgres.ticket_queries import Filters, place_of, ticket_whole, tickets_found
from domain.claims.claim import MOST_ANSWERS
from domain.tickets.lifecycle import State
from domain.tickets.messages import RejectionReason
from domain.tickets.ticket import Answer, Attention
from domain.values.email_addresses import as_kept
from domain.values.order_key import order_key
from domain.values.types import Instant, PlainAnswers
from gateway.api.schemas import examples as examples
from gateway.context import Have
from gateway.http.auth import Agent, AgentOrFiling, Caller, CallRoute
from gateway.http.pagination import CURSOR, read_cursor, write_cursor
from gateway.http.problems import Problem, responses
from gateway.http.request_body import message_in
from gateway.http.security_log import SecurityEvent, tell, tell_search
from gateway.i18n import preferred_language
from gateway.ticket_commands import actor_of, number_meant, put, ticket_open_to
from gateway.ticket_view import TicketDetail, TicketSummary, line, whole

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=CallRoute)
_PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"

Number = Annotated[
    str,
    Path(
        max_length=64,
        description="The ticket's number; case, spaces, dashes, O/0 and I/1/L do not matter.",
        examples=["ZW-4KQ7-P9XT-M2AB-C"],
    ),
]
RequestId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
Key = Annotated[
    RequestId | None,
    Header(
        alias="Idempotency-Key",
        description="In place of `request_id`: repeated under it, the request does nothing more.",
    ),
]
Said = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
_READ: Final = ("unknown_ticket", "malformed", "unauthorised", "forbidden", "unavailable")


class CommandRequest(BaseModel):
    """What every request may carry: the id under which it may be repeated, for ever.

    Ids are the caller's own; other content under one is refused (`key_reused`).
    """

    request_id: RequestId | None = Field(None, examples=["desk-7731"])


class RewardIn(BaseModel):
    """An amount in the currency of the partner's market."""

    amount: str = Field(pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$", examples=["40.00"])
    currency: str = Field(pattern=r"^[A-Za-z]{3}$", examples=["PLN"])


class DecisionRequest(CommandRequest):
    """An agent's decision: a confirmation says why in `note`, a rejection names `reason_code`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": examples.DECISIONS,
            "anyOf": [
                {
                    "properties": {"outcome": {"const": "confirmed"}, "note": {"type": "string"}},
                    "required": ["note"],
                },
                {
                    "properties": {
                        "outcome": {"const": "rejected"},
                        "reason_code": {"type": "string"},
                    },
                    "required": ["reason_code"],
                },
            ],
        }
    )

    outcome: Literal["confirmed", "rejected"]
    reason_code: RejectionReason | None = None
    note: Said | None = Field(None, examples=["Contract seen"])
    reward: RewardIn | None = None

    def must_say_why(self) -> None:
        """Raise `malformed` for a decision without its reason."""
        needed = "note" if self.outcome == "confirmed" else "reason_code"
        if getattr(self, needed) is None:
            raise Problem("malformed", {needed: "required"})


class WithdrawalRequest(CommandRequest):
    """The claim is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.WITHDRAWALS})

    reason: Said | None = Field(None, examples=["filed twice"])


class ResendRequest(CommandRequest):
    """The claim is sent to the partner once more."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.RESENDS})

    reason: Said | None = Field(None, examples=["the partner mended its form"])


class TicketInformationRequest(CommandRequest):
    """Either `questions`, with which an agent asks the member, or the member's answer: `answers` to
    fields of the partner's form, a `note`, or both.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": examples.INFORMATION,
            "oneOf": [
                {
                    "properties": {
                        "questions": {"type": "array"},
                        "answers": {"type": "null"},
                        "note": {"type": "null"},
                    },
                    "required": ["questions"],
                },
                {
                    "properties": {"questions": {"type": "null"}},
                    "anyOf": [
                        {"properties": {"answers": {"type": "object"}}, "required": ["answers"]},
                        {"properties": {"note": {"type": "string"}}, "required": ["note"]},
                    ],
                },
            ],
        }
    )

    questions: Annotated[list[Said], Field(min_length=1, max_length=20)] | None = Field(
        None, description="Names of fields of the form, or questions in the member's language."
    )
    answers: Annotated[PlainAnswers, Field(max_length=MOST_ANSWERS)] | None = None
    note: Said | None = None

    @property
    def is_question(self) -> bool:
        """Say which of the two it is; raises `malformed` for both, and for neither."""
        answered = self.answers is not None or self.note is not None
        if answered == (self.questions is not None):
            raise Problem("malformed", {"questions": "either_or" if answered else "required"})
        return not answered


class TicketPage(BaseModel):
    """A page of tickets, the newest first; `next` is where the next one begins, null at the end."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PAGE]})

    tickets: list[TicketSummary]
    next: str | None = None


class Search(BaseModel):
    """What to look for: all that are set must fit."""

    order_number: str | None = Field(
        None, max_length=200, description="As it is typed: only letters and digits count."
    )
    email: str | None = Field(None, max_length=320, pattern=_PLAIN)
    partner: str | None = Field(None, max_length=63, pattern=_PLAIN)
    state: State | None = None
    attention: Attention | Literal["any"] | None = None
    due_before: Instant | None = Field(
        None, description="The next deadline lies before this moment (RFC 3339)."
    )
    number: str | None = Field(None, max_length=64)
    limit: int = Field(25, ge=1, le=100)
    after: str | None = Field(None, pattern=CURSOR, description="`next` of the page before.")


@router.get("/tickets", responses=responses(*_READ))
async def search(have: Have, caller: Agent, sought: Annotated[Search, Query()]) -> TicketPage:
    """Find tickets, the newest first, a page at a time."""
    filters = Filters(
        number=number_meant(sought.number) if sought.number is not None else None,
        order_key=None if sought.order_number is None else order_key(sought.order_number) or "",
        email=as_kept(sought.email) if sought.email else None,
        partner_id=sought.partner,
        state=sought.state,
        attention=sought.attention,
        due_before=sought.due_before,
    )
    most = sought.limit
    rows = await tickets_found(have.postgres, filters, most + 1, read_cursor(sought.after))
    tell_search(caller.subject, [*filters.model_dump(exclude_none=True)], len(rows[:most]))
    return TicketPage(
        tickets=[line(row) for row in rows[:most]], next=write_cursor(place_of(rows, most))
    )


@router.get("/tickets/{number}", responses=responses(*_READ))
async def look_up(request: Request, have: Have, caller: Agent, number: Number) -> TicketDetail:
    """Tell all about a ticket. `errors` of `unknown_ticket` say `check_character` where the number
    has a mistyped character; without errors there is no such ticket.
    """
    row = await ticket_whole(have.postgres, number_meant(number))
    if row is None:
        raise Problem("unknown_ticket")
    tell(SecurityEvent.TICKET_READ, agent=caller.subject, number=row["number"], door="api")
    return whole(have, row, preferred_language(request))


def _ids(caller: Caller, told: CommandRequest, key: str | None) -> dict[str, str]:
    """Return who asks, and the id of the request: one of ours, where the caller gave none."""
    request_id = told.request_id or key or uuid.uuid4().hex
    return {"request_id": request_id, "actor": actor_of(caller), "caller": caller.key}


def _answers(*codes: str) -> dict[str, Any]:
    shown = {"application/json": {"example": examples.ANSWER}}
    told = responses(
        *_READ, "not_possible_now", "key_reused", "payload_too_large", "workflow_lost", *codes
    )
    told[200] = {"description": "The ticket's answer", "content": shown}
    return {"responses": told, "dependencies": [Depends(message_in)]}


_OF_LINKS: Final = ("no_link", "link_does_not_fit")
_OF_REWARDS: Final = (
    *("reward_granted", "reward_invalid", "reward_not_rejected", "reward_registered"),
)


@router.post(
    "/tickets/{number}/decision",
    **_answers(
        *("reward_required", "wrong_currency", "approval_by_another"), *_OF_LINKS, *_OF_REWARDS
    ),
)
async def decide(
    have: Have,
    caller: Agent,
    number: Number,
    told: Annotated[DecisionRequest, Body()],
    key: Key = None,
) -> Answer:
    """Decide in the partner's stead, and say why. More than the partner's maximum is not confirmed
    by one: the answer says `awaits_approval`, and the same decision by another agent confirms it.
    """
    told.must_say_why()
    content = told.model_dump(mode="json", exclude={"request_id"}, exclude_none=True)
    content |= _ids(caller, told, key)
    if caller.roles & {"platform", "filing", "feed"}:  # a program, not a person
        content["actor"] = f"platform:{caller.subject}"
    return await put(have, number_meant(number), "decide", content)


@router.post("/tickets/{number}/withdrawal", **_answers())
async def withdraw(
    have: Have,
    caller: AgentOrFiling,
    number: Number,
    told: Annotated[WithdrawalRequest, Body()],
    key: Key = None,
) -> Answer:
    """Take the claim back: an agent, or the platform for its own member."""
    found = await ticket_open_to(have, caller, number)
    content = {"reason": told.reason} | _ids(caller, told, key)
    return await put(have, found, "withdraw", content)


@router.post(
    "/tickets/{number}/information",
    **_answers("incomplete", "duplicate", *_OF_LINKS, *_OF_REWARDS),
)
async def inform(
    have: Have,
    caller: AgentOrFiling,
    number: Number,
    told: Annotated[TicketInformationRequest, Body()],
    key: Key = None,
) -> Answer:
    """Ask the member by `questions` (agents only), or give the member's answer."""
    if told.is_question and "agent" not in caller.roles:
        raise Problem("forbidden")
    found = await ticket_open_to(have, caller, number)
    update = "request_information" if told.is_question else "provide_information"
    content = told.model_dump(exclude={"request_id"}, exclude_none=True)
    return await put(have, found, update, content | _ids(caller, told, key))


@router.post("/tickets/{number}/resend", **_answers())
async def resend(
    have: Have,
    caller: Agent,
    number: Number,
    told: Annotated[ResendRequest, Body()],
    key: Key = None,
) -> Answer:
    """Send the claim to the partner once more; the ticket does not move."""
    content = {"reason": told.reason} | _ids(caller, told, key)
    return await put(have, number_meant(number), "resend_to_partner", content)
