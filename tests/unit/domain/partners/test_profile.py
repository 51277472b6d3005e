"""Partner profiles: valid ones load, invalid ones do not."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.partners.claim_kind import ClaimKind
from domain.partners.profile import PartnerProfile
from tests.support.builders import a_field, a_label, a_partner, a_profile, partner_content

EVERY_LABEL = a_label("c", pl="a", de="b")
CHANNEL = {"kind": "http", "address": "https://a.example/c", "secret": "TICKETS_PARTNER_SECRET_A"}


def a_raw_field(**changes: Any) -> dict[str, Any]:
    """A field as it is written in a file."""
    return {"name": "order_number", "label": EVERY_LABEL} | changes


def auto_confirming(**changes: Any) -> dict[str, Any]:
    """The response settings of a partner with auto-confirmation."""
    return {"deadline": "P14D", "on_timeout": "confirm"} | changes


CAP = {"amount": "20.00", "currency": "PLN"}
EUROS = {"amount": "20.00", "currency": "EUR"}
INVALID: dict[str, tuple[dict[str, Any], str]] = {
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
    "an invalid pattern": ({"fields": [a_raw_field(pattern="([")]}, "a regular expression"),
    "a choice without options": ({"fields": [a_raw_field(type="choice")]}, "options"),
    "options of a text": ({"fields": [a_raw_field(options={"a": EVERY_LABEL})]}, "options"),
    "an anchor on a field that is no date": (
        {"fields": [a_raw_field(anchor="activation")]},
        "anchor",
    ),
    "a field's name with spaces": ({"fields": [a_raw_field(name="order number")]}, "name"),
    "an unknown time zone": (
        {"market": {"time_zone": "Europe/Warszawa", "currency": "PLN", "language": "pl"}},
        "expected an IANA time zone",
    ),
    "a folder as a time zone": (
        {"market": {"time_zone": "Europe", "currency": "PLN", "language": "pl"}},
        "expected an IANA time zone",
    ),
    "a language without e-mail templates": (
        {"market": {"time_zone": "Europe/Paris", "currency": "EUR", "language": "fr"}},
        "language",
    ),
    "an amount in another currency": ({"max_reward": EUROS}, "the market's currency PLN"),
    "a cap in another currency": (
        {"response": auto_confirming(auto_confirm_max=CAP, auto_confirm_monthly_cap=EUROS)},
        "the market's currency PLN",
    ),
    "auto-confirmation without a cap": ({"response": auto_confirming()}, "auto_confirm_max"),
    "auto-confirmation without a monthly cap": (
        {"response": auto_confirming(auto_confirm_max=CAP)},
        "auto_confirm_monthly_cap",
    ),
    "an id with a space": ({"id": "Velo Tel"}, "id"),
    "an address that is no URL": ({"channel": CHANNEL | {"address": "velotel"}}, "address"),
    "a secret instead of its name": ({"channel": CHANNEL | {"secret": "whsec_aaaa"}}, "secret"),
    "no calls at all": ({"channel": CHANNEL | {"concurrency": 0}}, "concurrency"),
}


@pytest.mark.parametrize(("changes", "named"), INVALID.values(), ids=INVALID)
def test_an_invalid_profile_does_not_load(changes: dict[str, Any], named: str) -> None:
    """R9, R17-R19, R35: the error names the key."""
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
def test_a_profile_at_the_limits_loads(changes: dict[str, Any]) -> None:
    """R9, R35: held claims may wait as long as the window."""
    assert a_profile(**changes).rules.id == "velotel"


def test_the_defaults_are_those_of_the_requirements() -> None:
    """R7, R35: forty-eight hours, three months."""
    rules = a_profile().rules
    assert (rules.registration_delay, rules.claim_window) == ("PT48H", "P3M")
    assert (rules.early_claims, rules.response.on_timeout) == ("refuse", "escalate")


def test_each_kind_has_a_separate_form() -> None:
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
