"""Texts of the page behind a partner's link: choices, questions, errors and outcomes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from adapters.email.renderer import EmailRenderer
from adapters.postgres.partners.linked_claims import LinkedClaimRow
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import PartnerOutcome
from gateway.context import AppContext
from gateway.i18n import catalog
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.pages.partner.outcome_form import date_fields

AREA: Final = "partner"


def form_choices(rules: PartnerRules, kind: ClaimKind, language: str) -> dict[str, object]:
    """Return the form's choices: rejection reasons, the claim's fields, and dates."""
    texts = catalog(AREA, language)
    return {
        "reasons": [(code.value, texts["reasons"][code]) for code in RejectionReason],
        "claim_fields": [(one.name, rules.label(one.name, language)) for one in rules.form(kind)],
        "dates": date_fields(rules),
        "currency": rules.market.currency,
    }


def amount_help(context: AppContext, language: str, claim: LinkedClaimRow) -> str:
    """Return what an empty amount means: the promised reward, by its amount if it is known."""
    texts = catalog(AREA, language)["field_help"]
    if claim.promised_amount is None or claim.promised_currency is None:
        return str(texts["amount_unknown"])
    promised = {"amount": str(claim.promised_amount), "currency": claim.promised_currency}
    amount = LocaleFormatter(context, language).format_money(promised)
    return str(texts["amount"].format(amount=amount))


def above_maximum(
    context: AppContext, language: str, rules: PartnerRules, outcome: PartnerOutcome
) -> str:
    """Return a question about an amount above the partner's maximum; "" for any other."""
    reward, maximum = outcome.reward, rules.max_reward
    if reward is None or reward.currency != maximum.currency or reward.amount <= maximum.amount:
        return ""
    text = catalog(AREA, language)["confirm"]["above_maximum"]
    return str(text.format(maximum=LocaleFormatter(context, language).format_money(maximum)))


def field_questions(rules: PartnerRules, names: Sequence[str], language: str) -> list[str]:
    """Return a question about each of these fields, in the member's language."""
    text: str = catalog(AREA, language)["question"]["check_entry"]
    return [text.format(label=rules.label(name, language) or name) for name in names]


def field_errors(
    emails: EmailRenderer, language: str, rules: PartnerRules, problems: Mapping[str, str]
) -> dict[str, str]:
    """Return sentences for sub-codes, by the form's fields."""
    labels = catalog(AREA, language)["labels"]
    return {
        name: emails.render_reason(
            language,
            "incomplete",
            name,
            {
                "label": labels[_label_key(name)].format(currency=rules.market.currency),
                "expected": expected,
            },
        )
        for name, expected in problems.items()
    }


def outcome_details(
    context: AppContext,
    language: str,
    rules: PartnerRules,
    outcome: PartnerOutcome,
    at: datetime | None = None,
) -> dict[str, object]:
    """Return an outcome for the page: which it is, its time, and its details by label."""
    texts, formatter = catalog(AREA, language), LocaleFormatter(context, language)
    labels, reason = texts["labels"], outcome.reason_code
    dates = {name: getattr(outcome, name) for name in date_fields(rules)}
    amount = formatter.format_money(outcome.reward) if outcome.reward else ""
    details = {
        labels["amount"].format(currency=rules.market.currency): amount,
        **{labels[name]: formatter.format_date(day) if day else "" for name, day in dates.items()},
        labels["reason_code"]: texts["reasons"][reason] if reason else "",
        labels["question"]: "\n".join(outcome.questions),
        labels["note"]: outcome.note or "",
    }
    return {
        "outcome": outcome.outcome,
        "at": formatter.format_datetime(at, rules.market.zone),
        "details": {label: text for label, text in details.items() if text},
    }


def _label_key(name: str) -> str:
    """Return the catalog key of a field's label; both notes have the same."""
    return "note" if name.endswith("_note") else name
