"""Partners' forms as JSON Schema: what a schema accepts, filing accepts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from domain.claims.forms import validate_form
from domain.partners.claim_kind import ClaimKind
from domain.partners.market import LANGUAGES
from domain.partners.rules import PartnerRules
from domain.values.text_cleaning import clean_line
from gateway.api.partners.ecma_patterns import to_ecma
from gateway.api.partners.form_schema import form_schema
from tests.support.builders import a_field
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.profiles import profiles

KNOWN = {key: one.rules for key, one in profiles("http://nowhere.invalid", {}).items()}
FORMS = [(rules, kind) for rules in KNOWN.values() for kind in rules.kinds]
ANSWERS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["VT-2231-9", " vt 22319\n", "FW7K2M9Q", "2026-10-01", "a@b.example", "7", "app"]
    ),
    st.from_regex(
        r"(?i)\s*(VT[- ]?[0-9]{4}[- ]?[0-9]|FW[A-Z0-9]{6}|MH-[0-9]{6})\s*", fullmatch=True
    ),
    st.from_regex(r"[0-9]{1,11}|[0-9]{3}-[0-9]{7}", fullmatch=True),
)


@pytest.mark.parametrize(("rules", "kind"), FORMS, ids=lambda one: getattr(one, "id", one))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_a_valid_schema_with_all_its_texts(
    rules: PartnerRules, kind: ClaimKind, language: str
) -> None:
    schema = form_schema(rules, kind, language)
    Draft202012Validator.check_schema(schema)
    fields = rules.form(kind)
    assert schema["x-order"] == list(schema["properties"]) == [field.name for field in fields]
    assert set(schema["required"]) == {field.name for field in fields if field.required}
    for field in fields:
        assert schema["properties"][field.name]["title"] == rules.label(field.name, language)


@given(st.sampled_from(FORMS), st.data())
def test_what_the_schema_accepts_is_accepted(
    form: tuple[PartnerRules, ClaimKind], data: Any
) -> None:
    """For every pattern that a schema can express; formats follow separate standards, and an
    answer that cleaning empties is missing for the form only: an optional field accepts it.
    """
    fields = [
        field
        for field in form[0].form(form[1])
        if field.type in ("text", "number", "choice")
        and (field.pattern is None or to_ecma(field.pattern))
    ]
    schema = form_schema(form[0], form[1], "en")
    for field in fields:
        answer = data.draw(ANSWERS)
        valid = Draft202012Validator(schema["properties"][field.name]).is_valid(answer)
        problems = validate_form([field], {field.name: answer}).problems
        if valid and clean_line(answer):
            assert not problems, (field.name, answer, problems)
        elif (clean_line(answer) or (field.required and answer.strip())) and field.type != "number":
            assert problems, (field.name, answer)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[0-9]{3}-[0-9]{7}", r"^\s*(?:[0-9]{3}-[0-9]{7})\s*$"),
        ("(?i)VT[- ]?[0-9]", r"^\s*(?:[Vv][Tt][\- ]?[0-9])\s*$"),
        ("(?i)[^A-C]x", r"^\s*(?:[^A-Ca-c][Xx])\s*$"),
        (r"a\.b\-c", r"^\s*(?:a\.b-c)\s*$"),
        ("a|b(c+?)", r"^\s*(?:a|b(c+?))\s*$"),
        (r"\w\d+", r"^\s*(?:\w\d+)\s*$"),
        (r"\pL", None),
        ("(?i)[ä]", None),
        ("([A-Z0-9]+[- ]?)+", None),
        ("(?:a|a){30}", None),
        ("a?" * 30, None),
        ("[0-9]+[0-9]+[0-9]+x", None),
        ("[A-Z ]+x", None),
        ("a{,3}", None),
        ("a++", None),
        ("(?P<name>a)", None),
        ("(?i)[A-z]", None),
        ("[a", None),
        ("(?s)a", None),
        ("^a$", None),
        (r"(a)\1", None),
    ],
)
def test_a_pattern_is_published_if_browsers_read_it_alike(
    pattern: str, expected: str | None
) -> None:
    assert to_ecma(pattern) == expected


def test_a_pattern_that_browsers_read_otherwise_leaves_the_decision_to_filing() -> None:
    field = a_field(pattern=r"\pL\.")
    rules = KNOWN["velotel"].model_copy(update={"fields": (field,)})
    schema = form_schema(rules, ClaimKind.MISSING_CASHBACK, "pl")
    assert schema["properties"]["order_number"]["pattern"] == r"\S"


async def test_a_form_is_described_in_the_requested_language(
    gateway: RunningGateway,
) -> None:
    path = "/v1/partners/velotel/form?kind=missing_cashback"
    headers = gateway.as_platform("acc-1")
    polish = await gateway.http.get(f"{path}&language=pl", headers=headers)
    assert polish.headers["content-type"] == "application/schema+json"
    assert polish.headers["content-language"] == "pl"
    assert polish.json()["properties"]["order_number"]["title"] == "Numer umowy"
    german = await gateway.http.get(path, headers=headers | {"accept-language": "de"})
    assert german.json()["properties"]["order_number"]["title"] == "Vertragsnummer"
    markets = await gateway.http.get(path, headers=headers)
    assert markets.json() == polish.json()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nobody/form?kind=missing_cashback", 404, "unknown_partner"),
        ("bankomat-plus/form?kind=rejected_reward", 404, "partner_takes_no_claims"),
        ("velotel/form?kind=everything", 422, "malformed"),
        ("velotel/form?kind=missing_cashback&language=uk", 422, "malformed"),
        ("velotel/form", 422, "malformed"),
    ],
)
async def test_a_form_that_does_not_exist_is_refused(
    gateway: RunningGateway, path: str, status: int, code: str
) -> None:
    answer = await gateway.http.get(f"/v1/partners/{path}", headers=gateway.as_platform())
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_form_is_for_platforms(gateway: RunningGateway) -> None:
    path = "/v1/partners/velotel/form?kind=missing_cashback"
    assert (await gateway.http.get(path, headers=gateway.as_agent())).status_code == 403
    assert (await gateway.http.get(path)).status_code == 401
