"""A ticket's timeline: transitions, e-mails and messages in the order of their arrival."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.partners.rules import PartnerRules
from gateway.api.schemas.discrepancies import Discrepancy
from gateway.api.schemas.ticket_detail import (
    EmailSummary,
    MessageLogItem,
    TicketDetail,
    TransitionView,
)
from gateway.pages.agent.message_facts import MessageFacts
from gateway.pages.locale_formatter import LocaleFormatter

_COMMANDS_WITHOUT_TRANSITION: Final = frozenset({"resend_to_partner"})
_SHOWN_IN_TRANSITION: Final = frozenset({"outcome", "reason_code"})
_SHOWN_AS_QUOTE: Final = frozenset({"note", "reason"})
"""Fields of a message that its transition shows already."""


@dataclass(frozen=True)
class TimelineEntry:
    """An event; `quote` is a person's text, `facts` are pairs of label and text."""

    at: datetime
    kind: str
    title: str
    actor: str = ""
    state: str | None = None
    reason: str | None = None
    quote: str | None = None
    facts: Sequence[tuple[str, str]] = ()
    result: str | None = None


class TimelineBuilder:
    """Builds the timeline of a ticket with the agent `texts` of a language."""

    def __init__(
        self,
        ticket: TicketDetail,
        rules: PartnerRules | None,
        formatter: LocaleFormatter,
        texts: Mapping[str, Any],
    ) -> None:
        """Prepare the timeline of `ticket`."""
        self._ticket = ticket
        self._rules = rules
        self._formatter = formatter
        self._texts = texts
        self._facts = MessageFacts(rules, formatter, texts)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the partner's market; UTC without a partner."""
        return self._rules.market.zone if self._rules else ZoneInfo("UTC")

    def build(self) -> list[TimelineEntry]:
        """Return all entries, the oldest first."""
        messages = [one for one in self._ticket.messages if not _caused_transition(one)]
        entries = [self._transition_entry(one) for one in self._ticket.history]
        entries += [self._email_entry(one) for one in self._ticket.emails]
        entries += [self.message_entry(one) for one in messages]
        return sorted(entries, key=lambda entry: entry.at)

    def message_entry(self, one: MessageLogItem | Discrepancy) -> TimelineEntry:
        """Return the entry of a message: its sender, its content and its result."""
        titles = self._texts["messages"]
        return TimelineEntry(
            at=one.at,
            kind="message",
            title=titles.get(one.message, titles["other"]),
            actor=self._facts.actor(one.actor),
            facts=self._facts.render(one.body),
            result=self._texts["message_results"].get(one.code, one.code),
        )

    def _transition_entry(self, transition: TransitionView) -> TimelineEntry:
        causes = [one for one in self._ticket.messages if _caused_transition(one)]
        bodies = [one.body for one in causes if one.seq == transition.seq]
        left_out = _SHOWN_IN_TRANSITION | (_SHOWN_AS_QUOTE if transition.note else frozenset())
        is_refused = bool(self._ticket.refusal_reasons)
        changed_state = transition.to != transition.from_state
        return TimelineEntry(
            at=transition.at,
            kind="transition",
            title=self._texts["events"].get(transition.event, transition.event),
            actor=self._facts.actor(transition.actor),
            state=self._texts["states"][transition.to] if changed_state else None,
            reason=transition.reason.text if transition.reason and not is_refused else None,
            quote=transition.note,
            facts=[fact for body in bodies for fact in self._facts.render(body, left_out)],
        )

    def _email_entry(self, email: EmailSummary) -> TimelineEntry:
        texts, kind = self._texts["ticket"], self._texts["emails"].get(email.kind, email.kind)
        sent_at = self._formatter.format_datetime(email.sent_at, self.zone)
        return TimelineEntry(
            at=email.queued_at,
            kind="email",
            title=self._texts["email"]["title"].format(name=kind),
            result=texts["sent"].format(moment=sent_at) if email.sent_at else texts["not_sent_yet"],
        )


def _caused_transition(one: MessageLogItem) -> bool:
    return one.code == "applied" and one.message not in _COMMANDS_WITHOUT_TRANSITION
