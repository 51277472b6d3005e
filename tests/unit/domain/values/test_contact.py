"""Contact data of a claim: each field is checked separately."""

import json
from typing import Any

import pytest

from domain.admission.admission import AdmissionRequest
from domain.admission.claim_assessor import ClaimAssessor
from domain.claims.account_facts import AccountFacts
from domain.partners.market import LANGUAGES
from tests.support.builders import NOW, a_claim, a_profile, claim_content, some_facts


class CodedTexts:
    """Texts of language, field and code."""

    def render_reason(self, language: str, code: str, field: str | None, params: Any) -> str:
        return f"{language} {field} {params['expected']}"


def filing_messages(contact: Any, facts: AccountFacts | None = None) -> list[str]:
    """The messages of the reasons for which a claim with this contact is refused."""
    content = claim_content(contact=contact)
    text = json.dumps(content)
    request = AdmissionRequest(number="", run_id="", digest="", claim=text, started_at=NOW)
    profile = a_profile()
    assessor = ClaimAssessor(request, {profile.rules.id: profile}, CodedTexts(), NOW)
    return [
        reason.message for reason in assessor.assess(facts or some_facts()).admission.result.reasons
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("email", ["jan@", "Jan <jan@example.com>", '"j k"@example.com'])
def test_an_invalid_address_is_refused_at_its_field_in_the_members_language(
    email: str, language: str
) -> None:
    contact = {"email": email, "language": f"{language}-XX", "name": "x" * 200}
    assert filing_messages(contact) == [f"{language} contact.email malformed_email"]


@pytest.mark.parametrize("contact", [{"language": "de"}, {"email": None, "language": "de"}])
def test_a_missing_address_is_named_as_such(contact: dict[str, Any]) -> None:
    assert filing_messages(contact) == ["de contact.email required"]


@pytest.mark.parametrize(
    "contact",
    [
        {"name": None, "language": None},
        {"name": 5, "language": 7},
        {"name": "http://evil.example", "language": "Polish"},
        {"name": "x" * 5000, "language": "x" * 500},
    ],
)
def test_an_invalid_name_or_language_does_not_discard_a_claim(contact: dict[str, Any]) -> None:
    assert filing_messages({"email": "jan@example.com", **contact}) == []


def test_an_address_that_the_mail_server_does_not_support_is_refused() -> None:
    """RFC 6531: accepted only if the mail server supports SMTPUTF8."""
    contact = {"email": "jörg@straße.de", "language": "de"}
    supported = some_facts()
    assert filing_messages(contact, supported) == []
    unsupported = supported.model_copy(update={"supports_smtputf8": False})
    assert filing_messages(contact, unsupported) == ["de contact.email unreachable_email"]
    assert filing_messages({"email": "jan@straße.de"}, unsupported) == []


def test_an_address_is_stored_normalized() -> None:
    claim = a_claim(contact={"email": " Jan@xn--strae-oqa.DE "})
    assert claim.contact
    assert claim.contact.email == "Jan@straße.de"
