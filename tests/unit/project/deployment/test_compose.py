"""What can be checked of the deployment without a Docker engine."""

import json
import re
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from jsonschema.validators import validator_for
from pydantic_settings import BaseSettings

from settings.gateway import GatewaySettings
from settings.worker import WorkerSettings
from tests.support import compose
from tests.support.compose import COMPOSE, DOCKERFILE, ROOT, SERVICES, VARIABLE
from workflows.search_attributes import attribute_types

SCRIPTS = sorted([*(ROOT / "deploy").rglob("*.sh"), *(ROOT / "scripts").glob("*.sh")])
LOCKS = ["requirements.lock", "requirements-local.lock", "requirements-dev.lock"]

SECRET_NAME = re.compile(r"PASSWORD|PWD|SECRET|API_KEY|TOKEN")
GENERATED = {"./deploy/secrets/partners"}
SECRETS = "/run/secrets/"

every_service = pytest.mark.parametrize("name", sorted(SERVICES))


def is_job(name: str) -> bool:
    """A job ends; a service that is not one runs for ever."""
    return str(SERVICES[name]["restart"]).startswith("on-failure")


def test_the_compose_file_follows_the_official_schema() -> None:
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(vendored.read_text())
    errors = validator_for(schema)(schema).iter_errors(COMPOSE)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@every_service
def test_what_runs_for_ever_has_a_health_check_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert is_job(name) or service["restart"] == "unless-stopped"
    assert is_job(name) or service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@every_service
def test_each_waits_for_health_or_for_a_jobs_success(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if is_job(other) else "service_healthy"
        assert wait["condition"] == expected, f"{name} waits for {other}"


@every_service
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert str(port).startswith("127.0.0.1:")


def image_of(name: str) -> str:
    """The image of a service, by tag."""
    return compose.interpolated(SERVICES[name]["image"], compose.images())


@every_service
def test_images_carry_a_tag(name: str) -> None:
    _, _, tag = image_of(name).rpartition(":")
    assert re.match(r"v?\d", tag), "a tag that moves without notice, or none"


@every_service
def test_nothing_starts_from_an_image_that_is_not_named_in_the_environment(name: str) -> None:
    """`deploy/pin-images.sh` writes them there by digest."""
    asked = SERVICES[name]["image"]
    if "build" in SERVICES[name]:
        asked = SERVICES[name]["build"]["args"]["PYTHON_IMAGE"]
        default = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE, re.MULTILINE)
        assert default
        assert default[1] == compose.images()["PYTHON_IMAGE"]
        assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    assert re.fullmatch(r"\$\{[A-Z_]+_IMAGE:\?run deploy/pin-images.sh: [^}]+\}", asked)


@every_service
def test_no_container_takes_the_whole_machine(name: str) -> None:
    service = SERVICES[name]
    assert 0 < service["cpus"] <= 2
    assert re.fullmatch(r"(256|512)m|[12]g", service["mem_limit"])
    assert 0 < service["pids_limit"] <= 500


@every_service
def test_containers_give_up_their_privileges(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in SERVICES[name]


@every_service
def test_no_secret_is_in_the_environment(name: str) -> None:
    """Whoever may ask the engine about a container reads its environment."""
    for key, value in SERVICES[name].get("environment", {}).items():
        assert isinstance(value, str), f"{key} is not text"
        if SECRET_NAME.search(key):
            assert key.endswith("_FILE"), key
        assert "://" not in value or "@" not in value, f"{key} may hold credentials"


@every_service
def test_a_container_has_the_secrets_that_it_names_and_no_others(name: str) -> None:
    service = SERVICES[name]
    scripts = [
        (ROOT / volume.split(":")[0]).read_text()
        for volume in service.get("volumes", [])
        if volume.split(":")[0].endswith(".sh")
    ]
    examples = [
        (ROOT / f"{file['path']}.example").read_text() for file in service.get("env_file", [])
    ]
    texts = "\n".join([*service.get("environment", {}).values(), *scripts, *examples])
    named = set(re.findall(rf"{SECRETS}([\w.-]+)", texts))
    assert named == set(service.get("secrets", []))
    for secret in named:
        assert COMPOSE["secrets"][secret] == {"file": f"./deploy/secrets/{secret}"}


def test_worker_and_gateway_have_tokens_and_certificates_of_their_own() -> None:
    of_temporal = [
        {value for value in SERVICES[name]["environment"].values() if f"_{name}" in value}
        for name in ("worker", "gateway")
    ]
    assert [len(found) for found in of_temporal] == [3, 3]
    assert not of_temporal[0] & of_temporal[1]


def test_a_missing_variable_is_named_and_described_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    for variable, kind, text in VARIABLE.findall(compose.TEXT):
        assert re.search(rf"^#?{variable}=", example, re.MULTILINE), f"{variable} is not described"
        assert kind, f"{variable} may be empty without a word"
        assert kind == ":-" or variable in text, f"the message does not name {variable}"
        assert kind == ":?" or not SECRET_NAME.search(variable), f"{variable} has a default"


EXAMPLES = [
    ".env.example",
    "deploy/gateway.env.example",
    "deploy/partners.env.example",
    "deploy/webhooks.env.example",
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_hold_no_secret(example: str) -> None:
    for key, value in re.findall(r"^#?(\w+)=(.*)$", (ROOT / example).read_text(), re.MULTILINE):
        assert not value or not SECRET_NAME.search(key) or key.endswith("_FILE")


@pytest.mark.parametrize(
    ("name", "settings"), [("worker", WorkerSettings), ("gateway", GatewaySettings)]
)
def test_a_program_gets_every_setting_that_it_needs(
    name: str, settings: type[BaseSettings]
) -> None:
    given = {one.removesuffix("_FILE") for one in SERVICES[name]["environment"]}
    needed = {str(field.alias) for field in settings.model_fields.values() if field.is_required()}
    assert needed <= given
    ours = {one for one in given if not one.startswith("TEMPORAL_")}
    assert ours <= {str(field.alias) for field in settings.model_fields.values()}


def test_what_stands_beside_the_gateway_is_a_setting_of_its_own() -> None:
    example = (ROOT / "deploy/gateway.env.example").read_text()
    names = set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))
    known = {str(field.alias) for field in GatewaySettings.model_fields.values()}
    ours = {name.removesuffix("_FILE") for name in names}
    assert ours <= known - set(SERVICES["gateway"]["environment"])
    assert {"deploy/gateway.env", "deploy/partners.env", "deploy/webhooks.env"} == {
        file["path"] for file in SERVICES["gateway"]["env_file"]
    }


def test_the_gateway_listens_where_it_is_published_and_asked_for_its_health() -> None:
    gateway = SERVICES["gateway"]
    port = gateway["environment"]["TICKETS_GATEWAY_BIND"].rpartition(":")[2]
    assert [str(one).rpartition(":")[2] for one in gateway["ports"]] == [port]
    assert f":{port}/healthz" in gateway["healthcheck"]["test"][-1]


@every_service
def test_what_is_mounted_exists(name: str) -> None:
    sources = [str(volume).split(":")[0] for volume in SERVICES[name].get("volumes", [])]
    for source in sources:
        if source.startswith("."):
            assert source in GENERATED or (ROOT / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.name))
def test_scripts_parse_and_stop_at_the_first_failure(script: Path) -> None:
    shell = script.read_text().splitlines()[0].split("/")[-1].split()[-1]
    checked = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert re.search(r"^set -eu", script.read_text(), re.MULTILINE)


def test_every_search_attribute_is_registered() -> None:
    job = (ROOT / "deploy/temporal/namespace.sh").read_text().replace("\\\n", " ")
    listed = re.search(r'^attributes="([^"]*)"', job, re.MULTILINE)
    assert listed is not None
    assert dict(pair.split("=") for pair in listed[1].split()) == attribute_types()


def test_the_shards_of_temporal_stay() -> None:
    assert SERVICES["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"


def test_the_ui_shows_nothing_that_its_user_may_not_see() -> None:
    ui = SERVICES["temporal-ui"]
    assert ui["environment"]["TEMPORAL_ADDRESS"] == "temporal:7233"
    assert not [secret for secret in ui["secrets"] if secret.endswith("token")]
    given = compose.environment_of("temporal-ui", {})
    assert given["TEMPORAL_DISABLE_WRITE_ACTIONS"] == "true"
    assert given["TEMPORAL_WORKFLOW_TERMINATE_DISABLED"] == "true"


def test_temporals_tools_are_of_its_servers_version() -> None:
    tags = {name: image_of(name).rpartition(":")[2] for name in SERVICES}
    assert tags["temporal"] == tags["temporal-schema"] == tags["temporal-namespace"]


def test_partner_calls_are_dealt_out_fairly_from_one_partition() -> None:
    config = yaml.safe_load((ROOT / "deploy/temporal/dynamicconfig.yaml").read_text())
    partitions = ["matching.numTaskqueueReadPartitions", "matching.numTaskqueueWritePartitions"]
    for key, value in [("matching.enableFairness", True), *((key, 1) for key in partitions)]:
        assert config[key] == [{"value": value, "constraints": {"taskQueueName": "partner-calls"}}]


def test_the_worker_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\d+)", DOCKERFILE, re.MULTILINE)
    assert users, "no numeric USER"
    assert users[-1] != "0"
    assert all("user" not in service for service in SERVICES.values())


def test_the_image_installs_only_what_is_hashed() -> None:
    installs = re.findall(r"pip install[^&\n]*", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in install for install in installs)


def test_the_image_holds_all_the_code_it_runs_and_no_more() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = set(project["tool"]["importlinter"]["root_packages"])
    packages -= {"local", "bench", "scripts"}
    copied = set(re.findall(r"^COPY (\w+)/ \w+/$", DOCKERFILE, re.MULTILINE))
    assert copied == packages | {"partners"}


def test_what_is_copied_into_the_image_reaches_the_engine() -> None:
    """The engine sees nothing but what `.dockerignore` lets through."""
    let_through = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = re.findall(r"^COPY (\w[\w.-]*)/? \S+$", DOCKERFILE, re.MULTILINE)
    assert sorted(let_through) == sorted(copied)


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_index_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "an option, such as the name of an index"
    requirements = text.splitlines()
    assert requirements
    assert all(re.match(r"\S+==\S+ .*--hash=sha256:", line) for line in requirements)
