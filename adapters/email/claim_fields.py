"""A claim as its partner sees it through any channel: only what the partner's form contains."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.email.renderer import EmailRenderer
from domain.claims.claim_to_deliver import ClaimToDeliver
from domain.partners.form_fields import FormField
from domain.partners.rules import PartnerRules


def claim_payload(claim: ClaimToDeliver) -> dict[str, Any]:
    """Return a claim as docs/contract.md, "Our call to a partner", specifies it."""
    note = {"note": claim.member_note} if claim.member_note else {}
    return {
        **note,
        "number": claim.number,
        "kind": claim.kind,
        "ordered_on": claim.ordered_on.isoformat() if claim.ordered_on else None,
        "answers": claim.answers,
        "link": {
            "id": claim.link_id,
            "clicked_at": claim.clicked_at.isoformat() if claim.clicked_at else None,
        },
    }


def render_claim_fields(
    renderer: EmailRenderer, rules: PartnerRules, claim: Mapping[str, Any], language: str
) -> list[dict[str, Any]]:
    """Return the fields of a claim (as `claim_payload` writes it) in `language`: `label` and
    `value`, and whether the value is `exact`, that is, no free text of the member.
    """
    return list(_fields(renderer, rules, claim, language))


def render_claim_summary(
    renderer: EmailRenderer,
    rules: PartnerRules,
    claim: ClaimToDeliver,
    language: str,
    *,
    brief: bool,
) -> list[dict[str, Any]]:
    """Return what a member claimed as fields in `language`, the partner first; `brief`: only what
    tells the claim from others, without the other answers and the note.
    """
    partner = {
        "label": renderer.translate(language, "claim", "partner"),
        "value": rules.name,
        "exact": True,
    }
    if brief:
        names = {field.name for field in rules.fields if field.is_order_number}
        answers = {key: value for key, value in (claim.answers or {}).items() if key in names}
        claim = claim.model_copy(update={"answers": answers, "member_note": None})
    return [partner, *_fields(renderer, rules, claim_payload(claim), language)]


def _fields(
    renderer: EmailRenderer, rules: PartnerRules, claim: Mapping[str, Any], language: str
) -> Iterator[dict[str, Any]]:
    def field(name: str, value: str, exact: bool = True) -> dict[str, Any]:
        return {
            "label": renderer.translate(language, "claim", name),
            "value": value,
            "exact": exact,
        }

    known = {one.name: one for one in rules.fields}
    yield field("kind", renderer.translate(language, "claim", claim["kind"]))
    for name, value in (claim["answers"] or {}).items():
        label = rules.label(name, language) or name
        form_field = known.get(name)
        shown = _shown(renderer, form_field, value, language)
        exact = form_field is not None and form_field.type != "text"
        yield {"label": label, "value": shown, "exact": exact}
    days = {"ordered_on": claim["ordered_on"], "clicked_on": _clicked_on(claim, rules)}
    for name, day in days.items():
        if day:
            yield field(name, renderer.format_date(language, day))
    if note := claim.get("note"):
        yield field("note", note, exact=False)


def _shown(renderer: EmailRenderer, field: FormField | None, value: object, language: str) -> str:
    """Return an answer as text: the label of an option, a date written out."""
    if field and field.type == "date":
        with contextlib.suppress(ValueError):
            return renderer.format_date(language, str(value))
    return field.option_in(language, str(value)) if field else str(value)


def _clicked_on(claim: Mapping[str, Any], rules: PartnerRules) -> str | None:
    """Return the day of the click on the market's calendar."""
    clicked_at = claim["link"]["clicked_at"]
    if clicked_at is None:
        return None
    return datetime.fromisoformat(clicked_at).astimezone(rules.market.zone).date().isoformat()
