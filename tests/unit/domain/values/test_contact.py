"""Contact data of a claim: each field is judged alone, the answer in the member's language."""

import json
from typing import Any

import pytest

from domain.admission.admission import AdmissionRequest
from domain.admission.claim_assessor import ClaimAssessor
from domain.claims.account_facts import AccountFacts
from domain.partners.market import LANGUAGES
from tests.support.builders import NOW, a_claim, a_profile, claim_content, some_facts


class Words:
    """Says the language and the code, where letters have words."""

    def render_reason(self, language: str, code: str, field: str | None, params: Any) -> str:
        return f"{language} {field} {params['expected']}"


def answered(contact: Any, facts: AccountFacts | None = None) -> list[str]:
    """What filing a claim with this contact answers, reason by reason."""
    content = claim_content(contact=contact)
    text = json.dumps(content)
    request = AdmissionRequest(number="", run_id="", digest="", claim=text, started_at=NOW)
    profile = a_profile()
    filing = ClaimAssessor(request, {profile.rules.id: profile}, Words(), NOW)
    return [
        reason.message for reason in filing.assess(facts or some_facts()).admission.result.reasons
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("email", ["jan@", "Jan <jan@example.com>", '"j k"@example.com'])
def test_a_bad_address_is_refused_at_its_field_in_the_members_language(
    email: str, language: str
) -> None:
    contact = {"email": email, "language": f"{language}-XX", "name": "x" * 200}
    assert answered(contact) == [f"{language} contact.email malformed_email"]


@pytest.mark.parametrize("contact", [{"language": "de"}, {"email": None, "language": "de"}])
def test_a_missing_address_is_named_as_such(contact: dict[str, Any]) -> None:
    assert answered(contact) == ["de contact.email required"]


@pytest.mark.parametrize(
    "contact",
    [
        {"name": None, "language": None},
        {"name": 5, "language": 7},
        {"name": "http://evil.example", "language": "Polish"},
        {"name": "x" * 5000, "language": "x" * 500},
    ],
)
def test_a_bad_name_or_language_discards_no_claim(contact: dict[str, Any]) -> None:
    assert answered({"email": "jan@example.com", **contact}) == []


def test_an_address_that_the_mail_server_does_not_take_is_not_promised() -> None:
    """RFC 6531: accepted where the server in use takes it, else refused at its field."""
    contact = {"email": "jörg@straße.de", "language": "de"}
    able = some_facts()
    assert answered(contact, able) == []
    unable = able.model_copy(update={"supports_smtputf8": False})
    assert answered(contact, unable) == ["de contact.email unreachable_email"]
    assert answered({"email": "jan@straße.de"}, unable) == []


def test_an_address_is_kept_as_it_is_shown() -> None:
    claim = a_claim(contact={"email": " Jan@xn--strae-oqa.DE "})
    assert claim.contact
    assert claim.contact.email == "Jan@straße.de"
