"""What is stored is read for ever, however strict later checks are."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator

from domain.claims.account_facts import Grant
from domain.claims.claim import Contact, TicketClaim
from domain.claims.rewards import Link, Reward
from domain.partners.rules import PartnerRules
from domain.tickets.changes.transition import Transition
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values.stored import core_schema, read_stored, without_checks
from tests.support.builders import (
    PLN_40,
    a_claim,
    a_link,
    a_partner,
    a_reward,
    a_ticket,
    an_outcome,
)
from tests.support.stricter_checks import stricter, stricter_checks
from tests.unit.local.example_profiles import PROFILES

ROOT: Final = Path(__file__).parents[4]
FOLDERS: Final = ("activities", "adapters", "background", "cli", "domain", "gateway", "workflows")
READS_FROM_OUTSIDE: Final = {
    "domain/claims/claim_parsing.py",
    "domain/partners/profile.py",
    "domain/partners/rules.py",
    "domain/values/parsing.py",
    "gateway/api/partners/outcome_results.py",
    "gateway/api/platform/feed_records.py",
    "gateway/http/caller.py",
}
"""Modules that read messages, files and tokens, with all checks."""
STORED: Final[dict[str, BaseModel]] = {
    **{f"rules of {name}": one.rules for name, one in PROFILES.items()},
    **{f"a ticket, {state}": a_ticket(state) for state in State if state is not State.CREATED},
    "an outcome": an_outcome(
        number="ZW-4KQ7-P9XT-M2AB-C",
        reason_code="other",
        note="Zażółć\ngęślą",
        questions=["When?"],
        activated_on="2026-10-05",
        reward=PLN_40,
        occurred_at="2026-10-09T10:00:00+02:00",
    ),
    "a link": a_link(),
    "a reward": a_reward(),
    "a claim": a_claim(ordered_at="2026-10-01T10:00:00+02:00"),
    "a contact": Contact(email="jörg@straße.example", name="Jan", language="pl"),
    "a grant": Grant(number="ZW", reward_kind="cashback", order_key="VT1", ordered_on="2026-10-01"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("value", STORED.values(), ids=STORED)
def test_what_is_stored_is_read_as_it_was_written(value: BaseModel) -> None:
    """As JSON, and with the values of database drivers."""
    model = type(value)
    assert read_stored(model, value.model_dump(mode="json")) == value
    assert read_stored(model, value.model_dump()) == value
    assert read_stored(model, value) is value


@pytest.mark.parametrize("value", STORED.values(), ids=STORED)
def test_what_is_stored_is_read_whatever_a_later_version_checks(value: BaseModel) -> None:
    model, content = type(value), value.model_dump(mode="json")
    with pytest.raises(ValidationError, match=r"refused by a later version|at most 0 characters"):
        SchemaValidator(stricter(core_schema(model)), _use_prebuilt=False).validate_python(content)
    with stricter_checks():
        assert read_stored(model, content | {"key_of_an_earlier_version": 1}) == value


def later_rules(**changes: Any) -> PartnerRules:
    """Stored rules that today's checks of files refuse."""
    content = a_partner().model_dump(mode="json") | changes
    with pytest.raises(ValidationError):
        PartnerRules.from_file(content)
    return read_stored(PartnerRules, content)


def without_a_language() -> list[dict[str, Any]]:
    """The fields of a form that was written before a language was added."""
    fields = [field.model_dump(mode="json") for field in a_partner().fields]
    for field in fields:
        del field["label"]["de"]
    return fields


CHANGES: Final[dict[str, dict[str, Any]]] = {
    "a label lacks a language": {"fields": without_a_language()},
    "a language is no longer known": {
        "market": {"time_zone": "Europe/Paris", "currency": "EUR", "language": "fr"}
    },
    "a key is no longer known": {"loyalty": True},
    "caps became necessary": {"response": {"deadline": "P14D", "on_timeout": "confirm"}},
    "names became shorter": {"name": "V" * 101},
    "windows became shorter": {"claim_window": "P6M"},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_rules_that_todays_checks_refuse_are_complete(changes: dict[str, Any]) -> None:
    """Also where they become part of a ticket, and of a ticket that is continued."""
    rules = later_rules(**changes)
    ticket = a_ticket().model_copy(update={"terms": rules.terms})
    assert read_stored(Ticket, ticket.model_dump(mode="json")) == ticket
    assert rules.rules_hash == read_stored(PartnerRules, rules.model_dump(mode="json")).rules_hash


def test_a_label_that_lacks_a_language_is_shown_in_another_one() -> None:
    rules = later_rules(fields=without_a_language())
    assert rules.label("order_number", "de") == "order_number"
    assert rules.fields[0].label_in("de") == rules.fields[0].label_in("en")


def import_all(package: str) -> None:
    """Import every module of a package."""
    for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model of this service."""
    for one in base.__subclasses__():
        if one.__module__.split(".")[0] in FOLDERS:
            yield one
        yield from models(one)


def test_no_check_is_left_in_any_model() -> None:
    for folder in FOLDERS:
        import_all(folder)
    found = {
        one for one in models(BaseModel) if not one.__pydantic_generic_metadata__["parameters"]
    }
    assert {PartnerRules, Ticket, PartnerOutcome, TicketClaim, Link, Reward, Transition} <= found
    left = re.compile(r"'type': '(?:function-(?:after|before|wrap)|literal)'|'pattern': '|forbid")
    for model in found:
        assert not left.search(str(without_checks(core_schema(model)))), model


def test_what_is_stored_is_read_by_one_function() -> None:
    checked = re.compile(r"\.(?:model_)?validate(?:_json|_python|_strings)?\(|TypeAdapter\(")
    using = {
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if checked.search(path.read_text(encoding="utf-8"))
    }
    readers = {"domain/values/stored.py", "workflows/data_converter.py"}
    assert using == READS_FROM_OUTSIDE | readers
