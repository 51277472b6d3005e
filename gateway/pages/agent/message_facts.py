"""The content of a logged message as pairs of label and text, for agents."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.partners.rules import PartnerRules
from gateway.pages.locale_formatter import LocaleFormatter


class MessageFacts:
    """Renders messages of a ticket under its partner's `rules`, with the agent `texts`."""

    def __init__(
        self, rules: PartnerRules | None, formatter: LocaleFormatter, texts: Mapping[str, Any]
    ) -> None:
        """Render in the formatter's language."""
        self._rules = rules
        self._formatter = formatter
        self._texts = texts

    def render(
        self, body: Mapping[str, Any], left_out: frozenset[str] = frozenset()
    ) -> list[tuple[str, str]]:
        """Return the known and non-empty fields of a message, except those `left_out`."""
        labels = self._texts["labels"]
        return [
            (labels[name], self._render(name, value))
            for name, value in body.items()
            if name in labels and name not in left_out and value not in (None, "", [], {})
        ]

    def actor(self, actor: str) -> str:
        """Return an actor such as `agent:anna` or `partner:velotel` as a person reads it."""
        role, _, name = actor.partition(":")
        if role == "partner" and self._rules and name == self._rules.id:
            name = self._rules.name
        if role not in self._texts["actors"]:
            role, name = "agent", actor
        return str(self._texts["actors"][role]).format(name=name)

    def _render(self, name: str, value: Any) -> str:
        match name:
            case "outcome":
                return str(self._texts["outcomes"].get(value, value))
            case "state":
                return str(self._texts["reward_states"].get(value, value))
            case "reason_code":
                return self._formatter.rejection_reason(str(value))
            case "reward" | "amount":
                return self._formatter.format_money(value)
            case "questions":
                return "\n".join(self._label(str(one)) for one in value)
        if name.endswith("_on"):
            return self._formatter.format_date(date.fromisoformat(value))
        if isinstance(value, Mapping):
            return "\n".join(f"{self._label(key)}: {one}" for key, one in value.items())
        return "\n".join(map(str, value)) if isinstance(value, list) else str(value)

    def _label(self, name: str) -> str:
        """Return the label of a form field; any other text stays as it is."""
        if self._rules is None:
            return name
        return self._rules.label(name.strip(), self._formatter.language) or name
