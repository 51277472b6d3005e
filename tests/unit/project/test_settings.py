"""Settings: a missing, malformed or misspelt one is named with what was expected, and no value."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from domain.errors import InvalidConfiguration
from local.stack.profiles import generate_secret
from settings.field_types import host_and_port
from settings.loading import load_database_url, load_worker_settings
from settings.secrets import partner_secrets
from settings.worker import WorkerSettings, public_base_url
from tests.support.builders import a_profile

PASSWORD = "hunter2"
URL = f"postgresql://tickets:{PASSWORD}@db.example:5432/tickets"
SOUND = {
    "DATABASE_URL": URL,
    "SMTP_URL": f"smtp://mailer:{PASSWORD}@mail.example:587",
    "TICKETS_MAIL_FROM": "Wsparcie <tickets@example.com>",
    "TICKETS_SUPPORT_EMAIL": "help@example.com",
}
NAME = "TICKETS_PARTNER_SECRET_VELOTEL"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A sound environment of our settings and nothing else of ours."""
    for name in list(os.environ):
        if name.startswith(("TICKETS_", "DATABASE_", "SMTP_")):
            monkeypatch.delenv(name)
    for name, value in SOUND.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TICKETS_PARTNERS_DIR", str(tmp_path))
    return monkeypatch


def refused(
    environment: pytest.MonkeyPatch, changes: Mapping[str, str | None]
) -> InvalidConfiguration:
    """Return how settings with these changes are refused; `None` takes one away."""
    for name, value in changes.items():
        if value is None:
            environment.delenv(name)
        else:
            environment.setenv(name, value)
    with pytest.raises(InvalidConfiguration) as caught:
        load_worker_settings()
    return caught.value


def test_sound_settings_are_read(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load_worker_settings()
    assert settings.database_url == URL
    assert settings.partners_dir == tmp_path
    assert (settings.metrics_bind, settings.database_pool_size) == (None, 10)


def test_what_may_be_left_out_has_a_default(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("TICKETS_PARTNERS_DIR")
    assert load_worker_settings().partners_dir == Path("partners")


@pytest.mark.parametrize("name", SOUND)
def test_a_missing_setting_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    error = refused(environment, {name: None})
    assert (error.file, error.key) == ("environment", name)
    assert error.expected.startswith("missing: expected ")


MALFORMED = {
    "DATABASE_URL": ["", f"mysql://root:{PASSWORD}@db/x", f"tickets:{PASSWORD}", "postgresql://"],
    "SMTP_URL": ["", f"http://m:{PASSWORD}@mail", f"m:{PASSWORD}@mail:25"],
    "TICKETS_MAIL_FROM": ["", "x"],
    "TICKETS_SUPPORT_EMAIL": ["", "help", "help@", "Help <help@example.com"],
    "TICKETS_HEALTH_BIND": ["", "9090", "host:port"],
    "TICKETS_WEBHOOK_URL": ["", "x", "http://", "https://[::1", "https://a:99999", "ftp://a"],
    "TICKETS_WEBHOOK_SECRET": ["", PASSWORD, f"whsec_{PASSWORD}"],
    "TICKETS_ALLOW_PRIVATE_ADDRESSES": ["", "maybe"],
    "TICKETS_PARTNERS_DIR": ["", "no/such/folder", "worker.py"],
    "TICKETS_METRICS_BIND": ["", "9090", "host:port", "two words:9090", "::1:9090", "a:99999"],
    "TICKETS_PUBLIC_URL": [
        *("", "tickets.example", "ftp://x", "https://", "https://a b"),
        *("https://a/tickets", "https://a?b", "https://a#b", "https://u@a", "https://a:99999"),
        *("https://a:b", "https://[::1"),
    ],
    "TICKETS_SIGNING_SECRET": [
        *("", PASSWORD, "x" * 40, "made-up " * 5),
    ],
    "TICKETS_DATABASE_POOL_SIZE": ["", "0", "-1", "many", "1.5", "1000"],
    "TICKETS_DATABASE_STATEMENT_CACHE": ["", "-1", "many", "10001"],
    "TICKETS_GATEWAY_PROCESSES": ["", "0", "two", "1001"],
    "TICKETS_WORKER_PROCESSES": ["", "0", "two", "1001"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in MALFORMED.items() for value in values]
)
def test_a_malformed_setting_is_named_and_its_value_is_not_shown(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    error = refused(environment, {name: value})
    assert (error.file, error.key) == ("environment", name)
    assert re.match(r"expected (?!to )", error.expected), "a library's words"
    assert "such as" in error.expected or name.endswith("_SECRET")
    assert "\n" not in str(error)
    assert PASSWORD not in str(error)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TICKETS_PARTNER_DIR", "TICKETS_PARTNERS_DIR"),
        ("TICKETS_METRIC_BIND", "TICKETS_METRICS_BIND"),
        ("TICKETS_SUPORT_EMAIL", "TICKETS_SUPPORT_EMAIL"),
    ],
)
def test_a_misspelt_setting_is_named_with_what_was_meant(
    environment: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    error = refused(environment, {written: "x"})
    assert error.key == written
    assert f"did you mean {meant}?" in error.expected


def test_a_setting_nobody_knows_is_named_with_those_that_exist(
    environment: pytest.MonkeyPatch,
) -> None:
    error = refused(environment, {"TICKETS_ZZZZZZZZZZZZZZZZZZ": "x"})
    assert error.key == "TICKETS_ZZZZZZZZZZZZZZZZZZ"
    assert "TICKETS_MAIL_FROM" in error.expected


def test_ports_of_the_local_stack_and_secrets_are_no_misspellings(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("TICKETS_LOCAL_UI_PORT", "1")
    environment.setenv(NAME, "whsec_x")
    assert load_worker_settings().database_url == URL


def test_a_migration_needs_the_databases_address_alone(environment: pytest.MonkeyPatch) -> None:
    for name in SOUND.keys() - {"DATABASE_URL"}:
        environment.delenv(name)
    assert load_database_url() == URL
    environment.delenv("DATABASE_URL")
    with pytest.raises(InvalidConfiguration, match="DATABASE_URL"):
        load_database_url()


def test_a_partners_secret_is_found_by_its_name() -> None:
    secret = generate_secret()
    assert partner_secrets([a_profile()], {NAME: secret}) == {NAME: secret}


def test_while_a_secret_rotates_its_setting_holds_both() -> None:
    both = f"{generate_secret()} {generate_secret()}"
    assert partner_secrets([a_profile()], {NAME: both}) == {NAME: both}
    with pytest.raises(InvalidConfiguration, match=NAME):
        partner_secrets([a_profile()], {NAME: f"{both} {PASSWORD}"})


def test_a_partner_by_csv_needs_no_secret() -> None:
    assert partner_secrets([a_profile(channel={"kind": "csv"})], {}) == {}


BY_MAIL = {"kind": "email", "address": "claims@velotel.example", "secret": NAME}


def test_a_partner_by_mail_needs_an_address_for_its_links(
    environment: pytest.MonkeyPatch,
) -> None:
    profiles = [a_profile(channel=BY_MAIL)]
    with pytest.raises(InvalidConfiguration) as caught:
        public_base_url(load_worker_settings(), profiles)
    assert caught.value.key == "TICKETS_PUBLIC_URL"
    assert "velotel" in caught.value.expected
    environment.setenv("TICKETS_PUBLIC_URL", "https://tickets.example/")
    assert public_base_url(load_worker_settings(), profiles) == "https://tickets.example"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("[::1]:8000", ("::1", 8000)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_an_address_to_listen_at_is_of_either_family(text: str, address: tuple[str, int]) -> None:
    assert host_and_port(text) == address


@pytest.mark.parametrize(
    "text", ["::1:8000", "[::1]", "a:65536", "a:-1", "a:\u0661", ":80", "[]:80", "a/b:80", "a"]
)
def test_an_address_to_listen_at_is_refused_where_it_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected host:port"):
        host_and_port(text)


def test_nobody_else_needs_it(environment: pytest.MonkeyPatch) -> None:
    profiles = [a_profile(), a_profile(channel={"kind": "csv"})]
    assert public_base_url(load_worker_settings(), profiles) == ""


@pytest.mark.parametrize("value", [None, "", "c2VjcmV0", f"sk_{PASSWORD}", "whsec_", "whsec_%%%"])
def test_a_secret_that_cannot_sign_is_named_with_its_partner(value: str | None) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        partner_secrets([a_profile()], {NAME: value} if value is not None else {})
    assert caught.value.key == NAME
    assert "velotel" in caught.value.expected
    assert PASSWORD not in str(caught.value)


def test_every_setting_has_the_name_under_which_it_is_set() -> None:
    aliases = {str(field.alias) for field in WorkerSettings.model_fields.values()}
    assert {name for name in aliases if not name.startswith("TICKETS_")} == {
        "DATABASE_URL",
        "SMTP_URL",
    }
