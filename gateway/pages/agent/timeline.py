"""A ticket's timeline as a story: moves, letters and messages in the order in which they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.partners.profile import PartnerRules
from gateway.api.schemas.discrepancies import Discrepancy
from gateway.api.schemas.ticket_detail import (
    EmailSummary,
    MessageLogItem,
    TicketDetail,
    TransitionView,
)
from gateway.pages.locale_formatter import LocaleFormatter

_UNMOVED: Final = "resend_to_partner"
_IN_MOVE: Final = frozenset({"outcome", "reason_code"})
_WORDS: Final = frozenset({"note", "reason"})
"""What a move says itself, so that its message need not say it again."""
Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `said` are a person's words, `facts` pairs of label and text."""

    at: datetime
    kind: str
    title: str
    by: str = ""
    state: str | None = None
    reason: str | None = None
    said: str | None = None
    facts: Sequence[tuple[str, str]] = ()
    became: str | None = None


class Storyteller:
    """Tells the story of a ticket in the words `w` of a language."""

    def __init__(
        self,
        seen: TicketDetail,
        rules: PartnerRules | None,
        formatter: LocaleFormatter,
        w: Mapping[str, Any],
    ) -> None:
        """Tell of this ticket."""
        self._seen = seen
        self._rules = rules
        self._formatter = formatter
        self._w = w

    @property
    def zone(self) -> ZoneInfo:
        """The partner's market's time zone; UTC where there is none."""
        return self._rules.market.zone if self._rules else ZoneInfo("UTC")

    def story(self) -> list[Entry]:
        """Return all that happened, the first thing first."""
        entries = [self._move(move) for move in self._seen.history]
        entries += [self._letter(letter) for letter in self._seen.emails]
        entries += [self.told(one) for one in self._seen.messages if not _is_moved(one)]
        return sorted(entries, key=lambda entry: entry.at)

    def _move(self, move: TransitionView) -> Entry:
        told = [one for one in self._seen.messages if _is_moved(one) and one.seq == move.seq]
        left_out = _IN_MOVE | (_WORDS if move.note else frozenset())
        return Entry(
            at=move.at,
            kind="move",
            title=self._w["events"].get(move.event, move.event),
            by=self._by(move.actor),
            state=self._w["states"][move.to] if move.to != move.from_state else None,
            reason=None
            if self._seen.refusal_reasons
            else (move.reason.text if move.reason else None),
            said=move.note,
            facts=[fact for one in told for fact in self._facts(one.body, left_out)],
        )

    def _letter(self, letter: EmailSummary) -> Entry:
        sent = (
            self._formatter.format_datetime(letter.sent_at, self.zone) if letter.sent_at else None
        )
        w = self._w["ticket"]
        return Entry(
            at=letter.queued_at,
            kind="letter",
            title=self._w["email"]["title"].format(
                name=self._w["emails"].get(letter.kind, letter.kind)
            ),
            became=w["sent"].format(moment=sent) if sent else w["not_sent_yet"],
        )

    def told(self, one: MessageLogItem | Discrepancy) -> Entry:
        """Tell what a message said, from whom, and what became of it."""
        titles = self._w["messages"]
        return Entry(
            at=one.at,
            kind="message",
            title=titles.get(one.message, titles["other"]),
            by=self._by(one.actor),
            facts=self._facts(one.body, frozenset()),
            became=self._w["message_results"].get(one.code, one.code),
        )

    def _by(self, actor: str) -> str:
        role, _, name = actor.partition(":")
        if role == "partner" and self._rules and name == self._rules.id:
            name = self._rules.name
        if role not in self._w["actors"]:
            role, name = "agent", actor
        return str(self._w["actors"][role]).format(name=name)

    def _facts(self, body: Mapping[str, Any], left_out: frozenset[str]) -> Facts:
        known = self._w["labels"]
        return [
            (known[name], self._text(name, value))
            for name, value in body.items()
            if name in known and name not in left_out and value not in (None, "", [], {})
        ]

    def _text(self, name: str, value: Any) -> str:
        if name == "outcome":
            return str(self._w["outcomes"].get(value, value))
        if name == "reason_code":
            return self._formatter.rejection_reason(str(value))
        if name in ("reward", "amount"):
            return self._formatter.format_money(value)
        if name == "state":
            return str(self._w["reward_states"].get(value, value))
        if name.endswith("_on"):
            return self._formatter.format_date(date.fromisoformat(value))
        if name == "questions":
            return "\n".join(self._label(str(one)) for one in value)
        if isinstance(value, Mapping):
            return "\n".join(f"{self._label(key)}: {one}" for key, one in value.items())
        return "\n".join(map(str, value)) if isinstance(value, list) else str(value)

    def _label(self, name: str) -> str:
        known = self._rules.label(name.strip(), self._formatter.language) if self._rules else None
        return known or name


def _is_moved(one: MessageLogItem) -> bool:
    return one.code == "applied" and one.message != _UNMOVED
