"""The OpenAPI document is complete: names, problems, examples."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from gateway.http.problem_status import STATUS
from gateway.http.problems import MEDIA_TYPE
from tests.gateway.api.document.openapi_document import (
    Json,
    examples_of,
    media_types,
    operations,
    with_components,
)
from tests.support.gateway.running_gateway import RunningGateway


@pytest.fixture(scope="module")
async def document(gateway: RunningGateway) -> Json:
    """Return the document as it is served."""
    answer = await gateway.http.get("/openapi.json")
    found: Json = answer.json()
    return found


def test_the_document_is_of_version_3_1_and_has_no_error_schema_of_fastapi(
    document: Json,
) -> None:
    assert document["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in json.dumps(document)
    assert {"ProblemDetails", "FieldError"} <= document["components"]["schemas"].keys()


def test_every_operation_has_a_unique_name_a_summary_and_a_description(document: Json) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name


def test_names_in_the_document_are_plain(document: Json) -> None:
    """No module path, no title made from a function's name: generated clients have these names."""
    for name in document["components"]["schemas"]:
        assert re.fullmatch("[A-Z][A-Za-z]+", name)
    for name, operation in operations(document):
        assert re.fullmatch("[a-z]+(_[a-z]+)+", operation["operationId"]), name
        assert operation["summary"] != operation["summary"].title(), name


def test_every_error_is_a_problem_with_an_example_and_every_answer_names_its_request(
    document: Json,
) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            assert "X-Request-ID" in response["headers"], (name, status)
            if int(status) < 400:
                continue
            assert list(response["content"]) == [MEDIA_TYPE], (name, status)
            for code, example in response["content"][MEDIA_TYPE]["examples"].items():
                assert STATUS[code] == example["value"]["status"] == int(status), (name, code)
        assert "500" in operation["responses"], name
        assert (
            "Retry-After"
            in operation["responses"].get("503", {"headers": "Retry-After"})["headers"]
        )


def test_every_operation_has_examples_of_its_request_and_responses(document: Json) -> None:
    for name, operation in operations(document):
        for place, content in media_types(operation):
            examples = examples_of(document, content)
            assert examples, f"{name}: no example: {place}"
            schema = content.get("schema", {})
            validator = Draft202012Validator(with_components(document, schema))
            for example in examples:
                faults = [fault.message for fault in validator.iter_errors(example)]
                assert not faults, (name, place, faults)
        for parameter in operation.get("parameters", []):
            named = parameter.keys() | parameter["schema"].keys()
            given = named & {"example", "examples", "default"} or not parameter.get("required")
            assert given, f"{name}: no example: {parameter['name']}"
