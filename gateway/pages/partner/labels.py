"""What the page behind a partner's link says: choices, errors, and an answer in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.email.renderer import EmailRenderer
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import PartnerOutcome
from gateway.context import AppContext
from gateway.i18n import catalog
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.pages.partner.outcome_form import dates_asked

AREA = "partner"


def choices(rules: PartnerRules, kind: ClaimKind, language: str) -> dict[str, Any]:
    """Return what there is to choose from: reasons, entries of the claim, and dates to name."""
    w = catalog(AREA, language)
    return {
        "reasons": [(code.value, w["reasons"][code]) for code in RejectionReason],
        "entries": [(one.name, rules.label(one.name, language)) for one in rules.form(kind)],
        "dates": dates_asked(rules),
        "currency": rules.market.currency,
    }


def questions(rules: PartnerRules, names: Sequence[str], language: str) -> list[str]:
    """Ask about entries of the claim, in the member's language."""
    asked: str = catalog(AREA, language)["question"]["check_entry"]
    return [asked.format(label=rules.label(name, language) or name) for name in names]


def problems(
    book: EmailRenderer, language: str, rules: PartnerRules, found: Mapping[str, str]
) -> dict[str, str]:
    """Say what is wrong, by field of the form (`found`: the codes of what was expected)."""
    labels = catalog(AREA, language)["labels"]
    return {
        name: book.render_reason(
            language,
            "incomplete",
            name,
            {
                "label": labels[_plain(name)].format(currency=rules.market.currency),
                "expected": expected,
            },
        )
        for name, expected in found.items()
    }


def said(
    context: AppContext,
    language: str,
    rules: PartnerRules,
    outcome: PartnerOutcome,
    at: datetime | None = None,
) -> dict[str, Any]:
    """Put an answer in words: which it is, the moment, and its details by label."""
    w, formatter = catalog(AREA, language), LocaleFormatter(context, language)
    labels = w["labels"]
    dates = {name: getattr(outcome, name) for name in dates_asked(rules)}
    details = {
        labels["amount"].format(currency=rules.market.currency): (
            formatter.format_money(outcome.reward.model_dump(mode="json")) if outcome.reward else ""
        ),
        **{labels[name]: formatter.format_date(day) if day else "" for name, day in dates.items()},
        labels["reason_code"]: w["reasons"][outcome.reason_code] if outcome.reason_code else "",
        labels["question"]: "\n".join(outcome.questions),
        labels["note"]: outcome.note or "",
    }
    return {
        "outcome": outcome.outcome,
        "at": formatter.format_datetime(at, rules.market.zone),
        "details": {label: text for label, text in details.items() if text},
    }


def _plain(name: str) -> str:
    """Call both fields for notes by one name."""
    return "note" if name.endswith("_note") else name
