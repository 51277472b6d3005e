"""The OpenAPI document says what the gateway does: read whole, and tried by schemathesis."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from gateway.http.problem_status import STATUS
from gateway.http.problems import MEDIA_TYPE
from tests.support.databases import fresh_database
from tests.support.gateway import RunningGateway, run_gateway
from tests.support.tickets import a_sent_ticket, an_ended_ticket
from tests.support.workflow.temporal_servers import dev_server

HOOKS: Final = Path(__file__).with_name("schemathesis_hooks.py")
EXAMPLES: Final = 12
"""Per operation and way of generation; the whole run takes 25 seconds on two cores."""
PATIENCE: Final = 180
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def document(gateway: RunningGateway) -> Json:
    """The document as it is served."""
    answer = await gateway.http.get("/openapi.json")
    found: Json = answer.json()
    return found


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Every operation with its name."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def resolved(document: Json, schema: Json) -> Json:
    """A schema that its references can be followed from."""
    return schema | {"components": document["components"]}


def test_the_document_is_of_version_3_1_and_nothing_in_it_is_fastapis_own_error(
    document: Json,
) -> None:
    assert document["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in json.dumps(document)
    assert {"ProblemDetails", "FieldError"} <= document["components"]["schemas"].keys()


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_description(document: Json) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name


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


def media(operation: Json) -> Iterator[tuple[str, Json]]:
    """What an operation takes and gives, by where it stands."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"takes {kind}", content
    for status, response in operation["responses"].items():
        for kind, content in response.get("content", {}).items():
            yield f"{status} {kind}", content


def shown(document: Json, content: Json) -> list[Any]:
    """The examples of a body: beside its schema, or in it, field by field."""
    if "example" in content:
        return [content["example"]]
    if "examples" in content:
        return [one["value"] for one in content["examples"].values()]
    return [value] if (value := _built(document, content["schema"])) is not None else []


def _built(document: Json, schema: Json) -> Any:
    if "$ref" in schema:
        return _built(document, document["components"]["schemas"][schema["$ref"].split("/")[-1]])
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "default" in schema:
        return schema.get("const", schema.get("default"))
    parts = {key: _built(document, value) for key, value in schema.get("properties", {}).items()}
    return parts if parts and None not in parts.values() else None


def test_every_operation_shows_an_example_of_what_it_takes_and_gives(document: Json) -> None:
    for name, operation in operations(document):
        for place, content in media(operation):
            examples = shown(document, content)
            assert examples, f"{name}: no example: {place}"
            schema = content.get("schema", {})
            validator = Draft202012Validator(resolved(document, schema))
            for example in examples:
                faults = [fault.message for fault in validator.iter_errors(example)]
                assert not faults, (name, place, faults)
        for parameter in operation.get("parameters", []):
            named = parameter.keys() | parameter["schema"].keys()
            given = named & {"example", "examples", "default"} or not parameter.get("required")
            assert given, f"{name}: no example: {parameter['name']}"


CONFIGURATION: Final = """
continue-on-failure = true
# They say that generated ids are mostly nobody's, and of one operation with a signature that they
# are never signed: so it is.
warnings = false
hooks = "{hooks}"
# Two would meet in a fault of CPython 3.11: its parser counts all threads' depth as one.
workers = 1

[generation]
deterministic = true
max-examples = {examples}
database = "none"

[checks]
enabled = true

[auth.openapi.HTTPBearer]
bearer = "{token}"
"""


def configuration(token: str) -> str:
    """Everything on, everything reproducible."""
    return CONFIGURATION.format(examples=EXAMPLES, token=token, hooks=HOOKS)


@pytest.fixture
async def apart(postgres_server: str, tmp_path: Path) -> AsyncIterator[RunningGateway]:
    """A front with the same few tickets whatever ran before: what is tried follows what is found.

    None of them asks its member: whether an answer is complete, no schema can say.
    """
    async with (
        dev_server() as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(server, database_url, tmp_path) as whole,
    ):
        await a_sent_ticket(whole)
        await an_ended_ticket(whole)
        yield whole


@pytest.mark.timeout(PATIENCE + 30)
async def test_schemathesis_finds_no_server_error_and_no_undocumented_answer(
    apart: RunningGateway, tmp_path: Path
) -> None:
    """All checks and phases, with a token of every role."""
    token = apart.token({"roles": ["platform", "agent", "operator"], "accounts": "*"})
    config = tmp_path / "schemathesis.toml"
    config.write_text(configuration(token))
    program = Path(sys.executable).with_name("schemathesis")
    command = ["--config-file", str(config), "run", f"{apart.address}/openapi.json", "--checks=all"]
    running = await asyncio.create_subprocess_exec(
        str(program),
        *command,
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(running.communicate(), PATIENCE)
    except TimeoutError:
        running.kill()
        await running.wait()
        pytest.fail(f"schemathesis was not done after {PATIENCE:.0f} seconds")
    assert running.returncode == 0, said.decode()[-20_000:]
