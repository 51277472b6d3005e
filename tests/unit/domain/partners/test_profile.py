"""A partner is data: files that must not load, and the hash under which rules are kept."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.partners.claim_kind import ClaimKind
from domain.partners.profile import PartnerProfile
from domain.partners.rules import PartnerRules
from tests.support.builders import a_field, a_partner, a_profile, partner_content

EVERY_LABEL = {"pl": "a", "de": "b", "en": "c"}
CHANNEL = {"kind": "http", "address": "https://a.example/c", "secret": "TICKETS_PARTNER_SECRET_A"}


def a_raw_field(**changes: Any) -> dict[str, Any]:
    """A field as a file says it."""
    return {"name": "order_number", "label": EVERY_LABEL} | changes


def auto_confirming(**changes: Any) -> dict[str, Any]:
    """What a file says of a partner that does not answer."""
    return {"deadline": "P14D", "on_timeout": "confirm"} | changes


CAP = {"amount": "20.00", "currency": "PLN"}
EUROS = {"amount": "20.00", "currency": "EUR"}

NOT_LOADING: dict[str, tuple[dict[str, Any], str]] = {
    "early claims refused, and a delay as long as the window": (
        {"registration_delay": "P3M"},
        "registration_delay: expected shorter than claim_window",
    ),
    "a window of two days that opens after two days": (
        {"claim_window": "P2D"},
        "registration_delay: expected shorter than claim_window",
    ),
    "a window longer than three months": ({"claim_window": "P4M"}, "claim_window"),
    "a window that is a day longer in February": ({"claim_window": "P90D"}, "claim_window"),
    "a window counted in hours": (
        {"claim_window": "PT48H", "early_claims": "hold"},
        "claim_window",
    ),
    "a negative period": ({"registration_delay": "-P1D"}, "ISO 8601"),
    "no kind": ({"kinds": []}, "kinds"),
    "an unknown kind": ({"kinds": ["missing_points"]}, "kinds"),
    "an unknown key": ({"claim_windw": "P1M"}, "claim_windw"),
    "an unknown key of a field": ({"fields": [a_raw_field(requird=True)]}, "requird"),
    "no form": ({"fields": []}, "fields"),
    "two fields of one name": ({"fields": [a_raw_field(), a_raw_field()]}, "every name once"),
    "two identifying fields": (
        {
            "fields": [
                a_raw_field(is_order_number=True),
                a_raw_field(name="other", is_order_number=True),
            ]
        },
        "one identifying field at most",
    ),
    "an identifying field that is not required": (
        {"fields": [a_raw_field(is_order_number=True, required=False)]},
        "is_order_number: expected only on a required field",
    ),
    "a label missing in a language": (
        {"fields": [a_raw_field(label={"pl": "a", "en": "c"})]},
        "label: expected a text in de too",
    ),
    "a pattern that is none": ({"fields": [a_raw_field(pattern="([")]}, "a regular expression"),
    "a choice without options": ({"fields": [a_raw_field(type="choice")]}, "options"),
    "options of a text": ({"fields": [a_raw_field(options={"a": EVERY_LABEL})]}, "options"),
    "an anchor that is no date": ({"fields": [a_raw_field(anchor="activation")]}, "anchor"),
    "a field's name with spaces": ({"fields": [a_raw_field(name="order number")]}, "name"),
    "an unknown time zone": (
        {"market": {"time_zone": "Europe/Warszawa", "currency": "PLN", "language": "pl"}},
        "expected an IANA time zone",
    ),
    "a folder as a time zone": (
        {"market": {"time_zone": "Europe", "currency": "PLN", "language": "pl"}},
        "expected an IANA time zone",
    ),
    "a language without letters": (
        {"market": {"time_zone": "Europe/Paris", "currency": "EUR", "language": "fr"}},
        "language",
    ),
    "an amount in another currency": ({"max_reward": EUROS}, "the market's currency PLN"),
    "a cap in another currency": (
        {"response": auto_confirming(auto_confirm_max=CAP, auto_confirm_monthly_cap=EUROS)},
        "the market's currency PLN",
    ),
    "silence confirms without a cap": ({"response": auto_confirming()}, "auto_confirm_max"),
    "silence confirms without a monthly cap": (
        {"response": auto_confirming(auto_confirm_max=CAP)},
        "auto_confirm_monthly_cap",
    ),
    "an id that is no name": ({"id": "Velo Tel"}, "id"),
    "an address that is none": ({"channel": CHANNEL | {"address": "velotel"}}, "address"),
    "a secret instead of its name": ({"channel": CHANNEL | {"secret": "whsec_aaaa"}}, "secret"),
    "no calls at all": ({"channel": CHANNEL | {"concurrency": 0}}, "concurrency"),
}


@pytest.mark.parametrize(("changes", "named"), NOT_LOADING.values(), ids=NOT_LOADING)
def test_a_profile_that_cannot_be_right_does_not_load(changes: dict[str, Any], named: str) -> None:
    """R9, R17-R19, R35: and what is wrong is named."""
    with pytest.raises(ValidationError, match=named):
        a_profile(**changes)


def test_a_profile_without_a_channel_does_not_load() -> None:
    with pytest.raises(ValidationError, match="channel"):
        PartnerProfile.from_file(partner_content())


@pytest.mark.parametrize(
    "changes",
    [
        {"early_claims": "hold", "registration_delay": "P3M"},
        {"claim_window": "P3D"},
        {"claim_window": "P89D"},
        {"registration_delay": "P30D", "claim_window": "P2M"},
        {"response": auto_confirming(auto_confirm_max=CAP, auto_confirm_monthly_cap=CAP)},
        {"response": auto_confirming(on_timeout="reject", reminders=["P7D"])},
        {"fields": [a_raw_field(type="choice", options={"a": EVERY_LABEL})]},
    ],
)
def test_a_profile_at_the_edge_of_what_can_be_satisfied_loads(changes: dict[str, Any]) -> None:
    """R9, R35: held claims may wait as long as the window."""
    assert a_profile(**changes).rules.id == "velotel"


def test_what_a_file_leaves_out_is_as_the_help_page_says() -> None:
    """R7, R35: forty-eight hours, three months."""
    rules = a_profile().rules
    assert (rules.registration_delay, rules.claim_window) == ("PT48H", "P3M")
    assert (rules.early_claims, rules.response.on_timeout) == ("refuse", "escalate")


def test_each_kind_has_its_own_form() -> None:
    """R17-R19: fields differ per partner and kind."""
    fields = [
        a_field("order_number", kinds=("missing_cashback",)),
        a_field("friend_email", type="email", kinds=("missing_referral_reward",)),
        a_field("note"),
    ]
    partner = a_partner(fields=[field.model_dump() for field in fields])
    names = {kind: [field.name for field in partner.form(kind)] for kind in ClaimKind}
    assert names == {
        ClaimKind.MISSING_CASHBACK: ["order_number", "note"],
        ClaimKind.MISSING_REFERRAL_REWARD: ["friend_email", "note"],
        ClaimKind.REJECTED_REWARD: ["note"],
    }


def test_one_identifying_field_per_kind_is_enough() -> None:
    fields = [
        a_raw_field(is_order_number=True, kinds=["missing_cashback"]),
        a_raw_field(name="contract", is_order_number=True, kinds=["missing_referral_reward"]),
    ]
    kinds = ["missing_cashback", "missing_referral_reward"]
    assert a_partner(fields=fields, kinds=kinds).kinds == tuple(map(ClaimKind, kinds))


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
        {"address": "https://moved.example/claims"},
        {"secret": "TICKETS_PARTNER_SECRET_VELOTEL_NEW"},
        {"requests_per_second": 50},
        {"concurrency": 1},
        {"timeout_seconds": 5},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_hash_does_not_change_with_the_channel(change: dict[str, Any]) -> None:
    """Secrets rotate and partners move; a running ticket keeps its rules all the same."""
    moved = a_profile(channel=CHANNEL | change)
    assert moved.channel != a_profile().channel
    assert moved.rules.rules_hash == a_profile().rules.rules_hash


def test_the_hash_of_rules_read_back_is_the_same() -> None:
    rules = a_partner()
    assert type(rules).model_validate_json(rules.model_dump_json()).rules_hash == rules.rules_hash
    assert len(rules.rules_hash) == 64


def test_a_running_ticket_carries_the_terms_of_its_admission() -> None:
    """R31-R33: deadlines, cancellation period and maximum travel with the ticket."""
    rules = a_partner()
    assert rules.terms.partner_name == rules.name
    carried = {*type(rules.terms).model_fields} - {"partner_name"}
    assert {name: getattr(rules.terms, name) for name in carried} == {
        name: getattr(rules, name) for name in carried
    }


def test_rules_that_were_kept_are_read_back_whatever_is_checked_today() -> None:
    """A running ticket keeps the rules of its admission, for months and through upgrades."""
    answer = a_partner().response.model_copy(update={"reminders": ("P7D", "P2D")})
    kept = a_partner().model_copy(update={"answer": answer, "claim_window": "P6M"})
    content = kept.model_dump(mode="json")
    with pytest.raises(ValidationError):
        PartnerRules.model_validate(content)
    assert PartnerRules.from_storage(content) == kept
