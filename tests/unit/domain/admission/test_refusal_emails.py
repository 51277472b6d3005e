"""The e-mail about a late refusal."""

from datetime import timedelta

import pytest

from domain.admission.admission import AdmissionRequest
from domain.admission.refusal_emails import (
    contact_of_refused_claim,
    field_params,
    late_refusal_emails,
)
from tests.support.builders import (
    NOW,
    NUMBER,
    a_field,
    a_label,
    a_link,
    a_partner,
    claim_json,
    some_facts,
)
from tests.unit.domain.admission.admission_records import admission_record

EMAIL_AFTER = timedelta(seconds=10)


@pytest.mark.parametrize(
    ("took", "is_sent"),
    [
        (timedelta(), False),
        (EMAIL_AFTER, False),
        (EMAIL_AFTER + timedelta(microseconds=1), True),
        (timedelta(hours=5), True),
    ],
)
def test_a_refusal_is_sent_by_email_only_if_it_took_more_than_ten_seconds(
    took: timedelta, is_sent: bool
) -> None:
    """R23."""
    record = admission_record(answers={})
    emails = late_refusal_emails(record.admission, NOW, NOW + took)
    assert [email.kind for email in emails] == ["claim_not_accepted"] * is_sent
    assert record.change_set.emails == ()


def test_the_email_of_a_late_refusal_names_reasons_dates_and_the_existing_ticket() -> None:
    """R23, R25, R35."""
    late = timedelta(minutes=1)
    (email,) = admission_record(took=late, answers={}).admission.emails
    reasons = email.params["reasons"]
    assert isinstance(reasons, list)
    assert [(reason["code"], reason["field"]) for reason in reasons] == [
        ("incomplete", "order_number")
    ]
    old = some_facts(links=(a_link(clicked_at="2026-01-01T00:00:00Z"),))
    (email,) = admission_record(facts=old, took=late, ordered_on="2026-07-01").admission.emails
    assert email.params["last_day"] == "2026-10-01"
    existing = some_facts(existing_ticket="ZW-9999-P9XT-M2AB-0")
    (email,) = admission_record(facts=existing, took=late).admission.emails
    assert email.params["existing_ticket"] == "ZW-9999-P9XT-M2AB-0"


def test_the_email_of_a_late_refusal_writes_times_in_the_markets_zone() -> None:
    """R9: an e-mail shows a time in the offset that it carries."""
    early = NOW - timedelta(days=18)
    (email,) = admission_record(now=early, took=timedelta(minutes=1)).admission.emails
    assert email.params["available_from"] == "2026-10-04T00:00:00+02:00"


def test_a_refusal_without_an_address_is_not_sent() -> None:
    record = admission_record(took=timedelta(minutes=1), contact={"email": "nobody"})
    assert record.admission.emails == ()


@pytest.mark.parametrize(
    ("requested", "language"), [("de", "de"), ("en", "en"), ("fr", "pl"), (None, "pl")]
)
def test_emails_are_in_the_members_language_if_it_is_supported_else_in_the_markets(
    requested: str | None, language: str
) -> None:
    contact = {"email": "jan@example.com", "language": requested}
    accepted = admission_record(contact=contact)
    assert accepted.admission.emails[0].language == language
    refused = admission_record(contact=contact, answers={}, took=timedelta(minutes=1))
    assert refused.admission.emails[0].language == language


def test_the_address_of_a_refused_member_comes_from_the_request() -> None:
    """R23: the database stores none."""
    request = AdmissionRequest(
        number=NUMBER, run_id="run-1", digest="", claim=claim_json(), started_at=NOW
    )
    contact = contact_of_refused_claim(request)
    assert contact is not None
    assert contact.email == "jan@example.com"
    malformed = request.model_copy(update={"claim": "not JSON"})
    assert contact_of_refused_claim(malformed) is None


@pytest.mark.parametrize(
    ("field", "language", "label"),
    [
        ("order_number", "de", "Bestellnummer"),
        ("order_number", "fr", "Order number"),
        ("contact", "de", None),
        ("", "de", None),
        (None, "de", None),
    ],
)
def test_a_field_of_the_form_is_named_by_its_label_and_no_other_field_is(
    field: str | None, language: str, label: str | None
) -> None:
    """R17-R19."""
    labels = a_label("Order number", pl="Numer zamówienia", de="Bestellnummer")
    partner = a_partner(fields=[a_field(label=labels, is_order_number=True).model_dump()])
    assert field_params(field, partner, language)["label"] == label
    assert field_params(field, None, language) == {"label": None, "example": None}
