"""Secrets from files, and addresses that must not be in a closed network."""

import os
from pathlib import Path

import pytest

from domain.errors import InvalidConfiguration
from local.stack.profiles import generate_secret
from settings.loading import load_database_url, load_gateway_settings, load_worker_settings
from settings.secrets import partner_secrets, with_secret_files
from tests.support.builders import a_profile

NAME = "TICKETS_PARTNER_SECRET_VELOTEL"
SECRET = generate_secret()
URL = "postgresql://tickets:hunter2@db.example:5432/tickets"
WORKER = {
    "SMTP_URL": "smtp://mail.example:587",
    "TICKETS_MAIL_FROM": "tickets@example.com",
    "TICKETS_SUPPORT_EMAIL": "help@example.com",
}
GATEWAY = {
    "TICKETS_SUPPORT_EMAIL": "help@example.com",
    "TICKETS_PUBLIC_URL": "https://tickets.example",
    "TICKETS_SIGNING_SECRET": SECRET,
    "TICKETS_JWT_ISSUER": "https://platform.example",
    "TICKETS_JWT_AUDIENCE": "tickets",
    "TICKETS_JWKS_URL": "https://platform.example/jwks.json",
    "DATABASE_URL": URL,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment with nothing of ours, but an existing folder of partners."""
    for name in list(os.environ):
        if name.startswith(("TICKETS_", "DATABASE_", "SMTP_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TICKETS_PARTNERS_DIR", str(tmp_path))
    return monkeypatch


def written(folder: Path, text: str) -> str:
    file = folder / "a-secret"
    file.write_text(text)
    return str(file)


def test_a_secret_may_stand_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in WORKER.items():
        environment.setenv(name, value)
    environment.setenv("DATABASE_URL_FILE", written(tmp_path, URL + "\n"))
    assert load_worker_settings().database_url == URL
    assert load_database_url() == URL


def test_a_partners_secret_and_temporals_key_may_too(tmp_path: Path) -> None:
    file = written(tmp_path, f"{SECRET}\r\n")
    assert partner_secrets([a_profile()], {f"{NAME}_FILE": file}) == {NAME: SECRET}
    assert with_secret_files({"TEMPORAL_API_KEY_FILE": file})["TEMPORAL_API_KEY"] == SECRET


@pytest.mark.parametrize("setting", ["DATABASE_URL", NAME, "TEMPORAL_API_KEY"])
def test_a_setting_and_its_file_together_are_refused(tmp_path: Path, setting: str) -> None:
    file = written(tmp_path, SECRET)
    with pytest.raises(InvalidConfiguration, match="not both") as caught:
        with_secret_files({setting: "x", f"{setting}_FILE": file})
    assert caught.value.key == f"{setting}_FILE"


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"x" * 100_000])
def test_a_file_that_cannot_be_read_is_named_by_its_setting(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "a-secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidConfiguration) as caught:
        with_secret_files({f"{NAME}_FILE": str(file)})
    assert caught.value.key == f"{NAME}_FILE"


def test_an_address_for_webhooks_needs_a_secret(environment: pytest.MonkeyPatch) -> None:
    for name, value in (WORKER | {"DATABASE_URL": URL}).items():
        environment.setenv(name, value)
    environment.setenv("TICKETS_WEBHOOK_URL", "https://platform.example/webhooks")
    with pytest.raises(InvalidConfiguration) as caught:
        load_worker_settings()
    assert caught.value.key == "TICKETS_WEBHOOK_SECRET"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match="expected a file"):
        with_secret_files({f"{NAME}_FILE": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TICKETS_PUBLIC_URL", "http://tickets.example"),
        ("TICKETS_PUBLIC_URL", "https://10.0.0.1"),
        ("TICKETS_JWKS_URL", "http://platform.example/jwks.json"),
        ("TICKETS_JWKS_URL", "https://169.254.169.254/jwks.json"),
        ("TICKETS_WEBHOOK_URL", "http://platform.example/webhooks"),
        ("TICKETS_WEBHOOK_URL", "https://localhost/webhooks"),
    ],
)
def test_an_open_line_or_a_closed_network_is_for_local_stacks_alone(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    values = {**GATEWAY, "TICKETS_WEBHOOK_SECRET": generate_secret(), name: value}
    for setting, text in values.items():
        environment.setenv(setting, text)
    with pytest.raises(InvalidConfiguration) as caught:
        load_gateway_settings()
    assert caught.value.key == name
    environment.setenv("TICKETS_ALLOW_PRIVATE_ADDRESSES", "true")
    load_gateway_settings()
