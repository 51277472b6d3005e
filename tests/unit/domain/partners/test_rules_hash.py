"""The hash of partner rules, and rules loaded from storage."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.claims.claim import TicketClaim
from domain.claims.stored_claim import StoredClaim
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from tests.support.builders import a_label, a_partner, a_profile

EVERY_LABEL = a_label("c", pl="a", de="b")
CHANNEL = {"kind": "http", "address": "https://a.example/c", "secret": "TICKETS_PARTNER_SECRET_A"}


def a_raw_field(**changes: Any) -> dict[str, Any]:
    """A field as it is written in a file."""
    return {"name": "order_number", "label": EVERY_LABEL} | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "VeloTel SA"},
        {"kinds": ["missing_cashback"]},
        {"market": {"time_zone": "Europe/Berlin", "currency": "PLN", "language": "pl"}},
        {"registration_delay": "P3D"},
        {"claim_window": "P2M"},
        {"early_claims": "hold"},
        {"cancellation": {"period": "P30D", "starts_from": "order", "max_period": "P6M"}},
        {"response": {"deadline": "P21D"}},
        {"information": {"deadline": "P7D"}},
        {"max_reward": {"amount": "500.01", "currency": "PLN"}},
        {"fields": [a_raw_field(is_order_number=True, help={"pl": "tu"})]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_hash_changes_with_every_rule(changes: dict[str, Any]) -> None:
    assert a_profile(**changes).rules.rules_hash != a_profile().rules.rules_hash


@pytest.mark.parametrize(
    "change",
    [
        {"address": "https://changed.example/claims"},
        {"secret": "TICKETS_PARTNER_SECRET_VELOTEL_NEW"},
        {"requests_per_second": 50},
        {"concurrency": 1},
        {"timeout_seconds": 5},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_hash_does_not_change_with_the_channel(change: dict[str, Any]) -> None:
    """Secrets rotate and addresses change; the rules of a running ticket do not."""
    changed = a_profile(channel=CHANNEL | change)
    assert changed.channel != a_profile().channel
    assert changed.rules.rules_hash == a_profile().rules.rules_hash


def test_the_hash_of_deserialized_rules_is_the_same() -> None:
    rules = a_partner()
    assert type(rules).model_validate_json(rules.model_dump_json()).rules_hash == rules.rules_hash
    assert len(rules.rules_hash) == 64


def test_a_running_ticket_carries_the_terms_of_its_admission() -> None:
    """R31-R33: deadlines, cancellation period and maximum travel with the ticket."""
    rules = a_partner()
    assert rules.terms.partner_name == rules.name
    in_terms = {*type(rules.terms).model_fields} - {"partner_name"}
    assert {name: getattr(rules.terms, name) for name in in_terms} == {
        name: getattr(rules, name) for name in in_terms
    }


def test_stored_rules_load_even_if_they_are_invalid_today() -> None:
    """A running ticket has the rules of its admission for months, also after upgrades."""
    response = a_partner().response.model_copy(update={"reminders": ("P7D", "P2D")})
    stored = a_partner().model_copy(update={"response": response, "claim_window": "P6M"})
    content = stored.model_dump(mode="json")
    with pytest.raises(ValidationError):
        PartnerRules.from_file(content)
    assert PartnerRules.model_validate(content) == stored


def test_stored_rules_become_part_of_a_claim_without_the_checks_of_files() -> None:
    """Pydantic runs a model's validators again for an instance in another model's field."""
    stored = a_partner().model_copy(update={"claim_window": "P6M"})
    claim = StoredClaim(
        number="ZW", kind=ClaimKind.MISSING_CASHBACK, claim=TicketClaim(), rules=stored
    )
    assert claim.rules == stored
