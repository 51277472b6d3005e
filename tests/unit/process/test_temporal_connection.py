"""The connection to Temporal: its settings are checked, and the file of its token may change."""

import asyncio
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from adapters.security.jwt import sign_jwt
from domain.errors import InvalidConfiguration
from process.temporal import API_KEY_FILE, connection_options, following_api_key
from tests.support.polling import wait_until

INTERVAL = 0.01


@pytest.fixture
async def token_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "token"
    file.write_text("first\n")
    monkeypatch.setenv(API_KEY_FILE, str(file))
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", "/dev/null")
    return file


def write(file: Path, text: str | None) -> None:
    """Write the file in place, or remove it."""
    file.unlink() if text is None else file.write_text(text)


async def a_client() -> Client:
    return await Client.connect(**connection_options(), lazy=True)


async def wait_for_token(client: Client, token: str) -> None:
    async def current() -> str | None:
        return client.api_key

    await wait_until(current, token.__eq__)


async def test_a_replaced_token_is_used_without_a_restart(token_file: Path) -> None:
    client = await a_client()
    assert client.api_key == "first"
    async with following_api_key(client, INTERVAL):
        write(token_file, "second\n")
        await wait_for_token(client, "second")
        replacement = token_file.with_name("renamed")
        write(replacement, "third")
        os.replace(replacement, token_file)
        await wait_for_token(client, "third")


async def test_the_old_token_stays_while_the_file_is_empty_or_gone(
    token_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = await a_client()
    async with following_api_key(client, INTERVAL):
        write(token_file, "")
        await asyncio.sleep(5 * INTERVAL)
        write(token_file, None)
        await asyncio.sleep(5 * INTERVAL)
        assert client.api_key == "first"
        write(token_file, "second")
        await wait_for_token(client, "second")
    assert caplog.text.count("the old token stays: environment: TEMPORAL_API_KEY_FILE") == 1


@pytest.mark.parametrize(("days", "warnings"), [(30, 0), (6, 1), (-1, 1)])
async def test_a_token_that_expires_soon_is_logged_once_a_day(
    token_file: Path, caplog: pytest.LogCaptureFixture, days: int, warnings: int
) -> None:
    expiry = datetime.now(UTC) + timedelta(days=days)
    write(token_file, sign_jwt("a secret of thirty-two characters", {"exp": expiry}))
    async with following_api_key(await a_client(), INTERVAL):
        await asyncio.sleep(5 * INTERVAL)
    logged = f"the token for Temporal expires at {expiry.replace(microsecond=0).isoformat()}"
    assert caplog.text.count(logged) == caplog.text.count("expires") == warnings


TLS = "TEMPORAL_TLS_"
EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
REQUEST = ["openssl", "req", "-x509", "-noenc", "-subj", "/CN=x", *EC]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two certificates, their keys, and a file that is neither."""
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("one", "other"):
        subprocess.run(
            [*REQUEST, "-keyout", f"{name}.key", "-out", f"{name}.pem"],
            cwd=folder,
            capture_output=True,
            check=True,
        )
    (folder / "text").write_text("neither")
    return folder


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"CLIENT_CERT_PATH": "one.pem", "CLIENT_KEY_PATH": "one.key"}, None),
        ({"SERVER_CA_CERT_PATH": "one.pem"}, None),
        ({"CLIENT_CERT_PATH": "one.pem", "CLIENT_KEY_PATH": "other.key"}, "CLIENT_CERT_PATH"),
        ({"CLIENT_CERT_PATH": "text", "CLIENT_KEY_PATH": "one.key"}, "CLIENT_CERT_PATH"),
        ({"CLIENT_CERT_PATH": "one.pem", "CLIENT_KEY_PATH": "none"}, "CLIENT_KEY_PATH"),
        ({"SERVER_CA_CERT_PATH": "text"}, "SERVER_CA_CERT_PATH"),
        ({"SERVER_CA_CERT_PATH": "none"}, "SERVER_CA_CERT_PATH"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_named_by_its_setting(
    certificates: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], wrong: str | None
) -> None:
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    for name, file in settings.items():
        monkeypatch.setenv(f"{TLS}{name}", str(certificates / file))
    if wrong is None:
        assert connection_options()["tls"]
        return
    with pytest.raises(InvalidConfiguration) as caught:
        connection_options()
    assert caught.value.key == f"{TLS}{wrong}"
