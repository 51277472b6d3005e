"""Every setting says what it expects, with an example that it accepts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from domain.errors import InvalidConfiguration
from process.temporal import connection_options
from settings.database import OwnerSettings
from settings.gateway import GatewaySettings
from settings.loading import load_gateway_settings
from settings.worker import WorkerSettings

ROOT = Path(__file__).parents[3]
MALFORMED = {
    "TICKETS_GATEWAY_BIND": ["", "8000", "::1:8000", "127.0.0.1:99999"],
    "TICKETS_GATEWAY_CONNECTIONS": ["", "0", "many"],
    "TICKETS_GATEWAY_KEEP_ALIVE": ["", "0", "75s"],
    "TICKETS_TRUSTED_PROXIES": ["", "*", "10.0.0.0/33", "proxy"],
    "TICKETS_JWT_ISSUER": [""],
    "TICKETS_JWT_AUDIENCE": [""],
    "TICKETS_JWT_SECRET": ["", "short"],
    "TICKETS_JWKS_URL": ["x", "http://[::1", "https://h:99999/keys", "ftp://h/keys"],
    "TICKETS_JWT_MAX_LIFETIME": ["", "soon", "P40D", "-PT1H"],
    "TICKETS_TEMPORAL_UI_URL": ["x", "http://[::1"],
}
TEMPORAL = {
    "TEMPORAL_ADDRESS": ["temporal", "::1:7233", "http://temporal:7233", "temporal:99999"],
    "TEMPORAL_CONFIG_FILE": ["/nowhere"],
    "TEMPORAL_PROFILE": ["nowhere"],
    "TEMPORAL_TLS_CLIENT_CERT_PATH": ["/nowhere"],
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH": ["/nowhere"],
}


def settings() -> Iterator[tuple[type[BaseSettings], FieldInfo]]:
    for model in (WorkerSettings, GatewaySettings, OwnerSettings):
        for field in model.model_fields.values():
            yield model, field


def errors(model: type[BaseSettings], values: dict[str, str]) -> list[object]:
    """Return the names of the settings that are refused or missing."""
    try:
        model(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        return [one["loc"][0] for one in error.errors()]
    return []


@pytest.mark.parametrize(
    ("model", "field"), [pytest.param(*one, id=str(one[1].alias)) for one in settings()]
)
def test_a_settings_example_is_accepted(
    model: type[BaseSettings], field: FieldInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert field.description
    assert field.examples or str(field.alias).endswith("_SECRET")
    for example in field.examples or []:
        wrong = errors(model, {str(field.alias): example})
        assert field.alias not in wrong


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in MALFORMED.items() for value in values]
)
def test_the_gateway_names_a_malformed_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _, field in settings():
        if field.examples:
            monkeypatch.setenv(str(field.alias), str(field.examples[0]))
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TICKETS_SIGNING_SECRET", "cec42eb8f48388b4729fcabcdef4fa39")
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidConfiguration) as caught:
        load_gateway_settings()
    assert caught.value.key == name
    assert caught.value.expected.startswith("expected ")
    assert "such as" in caught.value.expected or name.endswith("_SECRET")


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in TEMPORAL.items() for value in values]
)
def test_a_wrong_setting_of_the_temporal_sdk_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidConfiguration) as caught:
        connection_options()
    assert caught.value.key == name
    assert ", such as " in caught.value.expected


def test_temporals_address_may_be_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "[::1]:7233")
    assert connection_options()["target_host"] == "[::1]:7233"
