"""The language that a caller gets, whatever the header says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.partners.market import LANGUAGES
from gateway.i18n import preferred_language
from tests.gateway.api.document.requests import request_accepting
from tests.support.gateway.running_gateway import RunningGateway


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("pl", "pl"),
        ("PL", "pl"),
        ("de-AT", "de"),
        ("de-Latn-AT-1996", "de"),
        ("pl,en;q=0.5", "pl"),
        ("en;q=0.5,pl", "pl"),
        ("en;q=0.5, de;q=0.7, pl;q=0.6", "de"),
        ("fr, uk;q=0.9, de;q=0.1", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("pl;q=0", "en"),
        ("pl;q=0, de;q=0.001", "de"),
        ("pl;q=0., de;q=1.", "de"),
        ("pl ; q=0.2 , de ;q=0.1", "pl"),
        ("de,pl", "de"),
        ("deu", "en"),
        ("pl_PL", "en"),
        ("pl;q=2", "en"),
        ("pl;q=-1", "en"),
        ("pl;q=x", "en"),
        ("x" * 100_000, "en"),
        ("fr," * 20 + "pl", "en"),
    ],
)
def test_the_language_is_the_most_preferred_of_the_available_ones(
    header: str, language: str
) -> None:
    assert preferred_language(request_accepting(header)) == language


def test_several_headers_count_as_one() -> None:
    assert preferred_language(request_accepting("fr", "pl")) == "pl"
    assert preferred_language(request_accepting("de;q=0.5", "pl;q=0.6")) == "pl"


def test_without_a_requested_language_the_default_is_used() -> None:
    assert preferred_language(request_accepting(), "de") == "de"
    assert preferred_language(request_accepting("fr"), "pl") == "pl"


LATIN = st.text(st.characters(max_codepoint=255))
PIECES = st.lists(
    st.sampled_from(
        [*LANGUAGES, "*", "fr", "-", "AT", ";", "q", "=", "0", "1", ".", ",", " ", "\t"]
    )
).map("".join)


@given(st.lists(LATIN | PIECES, max_size=3))
def test_every_header_yields_an_available_language(
    headers: list[str],
) -> None:
    assert preferred_language(request_accepting(*headers)) in LANGUAGES


@given(
    st.permutations(LANGUAGES), st.lists(st.integers(1, 999), min_size=3, max_size=3, unique=True)
)
def test_the_weights_decide_and_not_the_order(order: list[str], weights: list[int]) -> None:
    header = ",".join(f"{one};q=0.{w:03}" for one, w in zip(order, weights, strict=True))
    assert preferred_language(request_accepting(header)) == max(zip(weights, order, strict=True))[1]


async def test_the_document_names_every_language(gateway: RunningGateway) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    operation = document["paths"]["/v1/partners/{partner_id}/form"]["get"]
    (chosen,) = [one for one in operation["parameters"] if one["name"] == "language"]
    header = operation["responses"]["404"]["headers"]["Content-Language"]
    assert chosen["schema"]["anyOf"][0]["enum"] == header["schema"]["enum"] == list(LANGUAGES)
