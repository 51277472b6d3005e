"""The e-mail about a refusal that came late."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.admission.admission import AdmissionRequest, CodedReason
from domain.admission.admission_record import AdmissionRecord, build_admission
from domain.admission.assessed_claim import AssessedClaim, assess_claim
from domain.admission.refusal_emails import (
    contact_of_refused_claim,
    field_label,
    late_refusal_emails,
)
from domain.claims.account_facts import AccountFacts
from domain.claims.claim_digest import claim_digest
from domain.claims.claim_parsing import parse_claim
from domain.partners.rules import PartnerRules
from domain.values.json_text import parse_json
from tests.support.builders import (
    NOW,
    NUMBER,
    a_field,
    a_link,
    a_partner,
    claim_json,
    some_facts,
)

AT_ONCE = timedelta(seconds=10)


def say(judged: AssessedClaim) -> tuple[CodedReason, ...]:
    """Stands for the phrases: the code in capitals."""
    return tuple(
        CodedReason(code=reason.code, field=reason.field, message=reason.code.upper())
        for reason in judged.assessment.reasons
    )


def entered(
    raw: str | None = None,
    facts: AccountFacts | None = None,
    partner: PartnerRules | None = None,
    took: timedelta = timedelta(),
    now: datetime = NOW,
    **changes: Any,
) -> AdmissionRecord:
    """What admission writes for a claim that came at `now`, after it `took` so long."""
    text = raw or claim_json(**changes)
    partner = partner or a_partner()
    request = AdmissionRequest(
        number=NUMBER, run_id="run-1", digest=claim_digest(parse_json(text.encode())), claim=text,
        started_at=now,
    )  # fmt: skip
    reading = parse_claim(parse_json(text.encode()))
    judged = assess_claim(reading, facts or some_facts(), partner, request.started_at)
    return build_admission(request, judged, partner, now + took, say)


@pytest.mark.parametrize(
    ("took", "is_sent"),
    [
        (timedelta(), False),
        (AT_ONCE, False),
        (AT_ONCE + timedelta(microseconds=1), True),
        (timedelta(hours=5), True),
    ],
)
def test_a_refusal_is_sent_as_a_letter_only_when_it_came_later_than_ten_seconds(
    took: timedelta, is_sent: bool
) -> None:
    """R23."""
    entry = entered(answers={})
    owed = late_refusal_emails(entry.admission, NOW, NOW + took)
    assert [letter.kind for letter in owed] == ["claim_not_accepted"] * is_sent
    assert entry.change_set.emails == ()


def test_a_late_refusal_names_reasons_dates_and_the_standing_ticket() -> None:
    """R23, R25, R35."""
    late = timedelta(minutes=1)
    (letter,) = entered(took=late, answers={}).admission.emails
    reasons = letter.params["reasons"]
    assert isinstance(reasons, list)
    assert [(r["code"], r["field"]) for r in reasons] == [("incomplete", "order_number")]
    old = some_facts(links=(a_link(clicked_at="2026-01-01T00:00:00Z"),))
    (letter,) = entered(facts=old, took=late, ordered_on="2026-07-01").admission.emails
    assert letter.params["last_day"] == "2026-10-01"
    standing = some_facts(existing_ticket="ZW-9999-P9XT-M2AB-0")
    (letter,) = entered(facts=standing, took=late).admission.emails
    assert letter.params["existing_ticket"] == "ZW-9999-P9XT-M2AB-0"


def test_a_late_refusal_tells_the_moment_by_the_markets_clock() -> None:
    """R9: letters write an instant as the clock of its own offset shows it."""
    early = NOW - timedelta(days=18)
    (letter,) = entered(now=early, took=timedelta(minutes=1)).admission.emails
    assert letter.params["available_from"] == "2026-10-04T00:00:00+02:00"


def test_a_refusal_of_nobody_in_particular_is_not_sent() -> None:
    entry = entered(took=timedelta(minutes=1), contact={"email": "nobody"})
    assert entry.admission.emails == ()


@pytest.mark.parametrize(
    ("wanted", "language"), [("de", "de"), ("en", "en"), ("fr", "pl"), (None, "pl")]
)
def test_letters_are_in_the_members_language_where_it_exists_else_the_markets(
    wanted: str | None, language: str
) -> None:
    contact = {"email": "jan@example.com", "language": wanted}
    accepted = entered(contact=contact)
    assert accepted.admission.emails[0].language == language
    refused = entered(contact=contact, answers={}, took=timedelta(minutes=1))
    assert refused.admission.emails[0].language == language


def test_a_letter_to_a_refused_member_finds_its_address_in_the_request() -> None:
    """R23: the database keeps none."""
    request = AdmissionRequest(
        number=NUMBER, run_id="run-1", digest="", claim=claim_json(), started_at=NOW
    )
    contact = contact_of_refused_claim(request)
    assert contact is not None
    assert contact.email == "jan@example.com"
    nothing = request.model_copy(update={"claim": "not JSON"})
    assert contact_of_refused_claim(nothing) is None


@pytest.mark.parametrize(
    ("field", "language", "label"),
    [
        ("order_number", "de", "Bestellnummer"),
        ("order_number", "fr", None),
        ("contact", "de", None),
        ("", "de", None),
        (None, "de", None),
    ],
)
def test_a_field_of_the_form_is_called_by_its_label_and_no_other_field(
    field: str | None, language: str, label: str | None
) -> None:
    """R17-R19."""
    labels = {"pl": "Numer zamówienia", "de": "Bestellnummer", "en": "Order number"}
    partner = a_partner(fields=[a_field(label=labels, is_order_number=True).model_dump()])
    assert field_label(field, partner, language) == label
    assert field_label(field, None, language) is None
