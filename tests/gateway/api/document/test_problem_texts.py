"""The texts of problems, and how they name fields."""

from typing import Any

import pytest

from domain.codes import RefusalCode
from domain.partners.market import LANGUAGES
from gateway.http.field_errors import field_errors
from gateway.http.problem_status import STATUS
from gateway.http.problems import Problem, problem_response
from gateway.i18n import catalog
from tests.gateway.api.document.requests import request_accepting


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", RefusalCode)
def test_every_problem_can_be_returned_in_every_language(code: RefusalCode, language: str) -> None:
    response = problem_response(request_accepting(language), Problem(code))
    body = bytes(response.body).decode()
    assert response.status_code == STATUS[code]
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == language
    assert catalog("problems", language)["problems"][code] in body
    assert ("retry-after" in response.headers) == (STATUS[code] in (429, 503))
    assert ("www-authenticate" in response.headers) == (STATUS[code] == 401)


def test_an_invalid_field_is_named_once_without_its_value() -> None:
    errors: list[dict[str, Any]] = [
        {"type": "missing", "loc": ("body", "contact", "email"), "input": "secret"},
        {"type": "string_type", "loc": ("body", "contact", "email"), "input": "secret"},
        {"type": "something_new", "loc": ("query", "kind"), "input": "secret", "msg": "secret"},
        {"type": "json_invalid", "loc": ("body", 7), "input": "secret"},
        {"type": "missing", "loc": ("body",)},
        {"type": "missing", "loc": ("body", "x" * 1000)},
        {"type": "missing", "loc": ()},
    ]
    assert field_errors(errors) == {
        "contact.email": "required",
        "kind": "malformed",
        "7": "json",
        "body": "required",
        "x" * 200: "required",
    }
