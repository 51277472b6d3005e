"""How messages are logged."""

import json
from datetime import datetime
from typing import Final, NamedTuple

from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.messages.commands import UPDATES, TicketCommand
from domain.tickets.messages.internal import InvalidMessage
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered

MAX_BODY_CHARS: Final = 16_000
"""Characters of JSON; a longer body is truncated."""
_NAMES: Final = {model: name for name, model in UPDATES.items()}


class _Origin(NamedTuple):
    """The name of a message, its id and its sender."""

    message: str
    message_id: str
    actor: str


def log_entry(
    message: Message, code: str, now: datetime, unknown: tuple[str, ...] = ()
) -> MessageLogEntry:
    """Return the log entry of `message`; `unknown` are the names of its unknown fields."""
    content: dict[str, object] = message.model_dump(
        mode="json", exclude={"caller"}, exclude_none=True
    )
    origin = _origin(message)
    body = content | ({"unknown_fields": list(unknown)} if unknown else {})
    return MessageLogEntry(
        message=origin.message,
        message_id=origin.message_id,
        actor=origin.actor,
        code=code,
        at=now,
        body=_truncated(body),
    )


def _truncated(body: dict[str, object]) -> dict[str, object]:
    text = json.dumps(body)
    return body if len(text) <= MAX_BODY_CHARS else {"truncated": text[:MAX_BODY_CHARS]}


def _origin(message: Message) -> _Origin:
    match message:
        case PartnerOutcome():
            return _Origin("partner_outcome", message.outcome_id, message.actor)
        case RewardRegistered():
            return _Origin("reward_registered", message.reward_id, "platform")
        case TicketCommand():
            return _Origin(_NAMES[type(message)], message.request_id, message.actor)
        case InvalidMessage():
            return _Origin(message.message, "", "unknown")
    return _Origin(type(message).__name__, "", "system")
