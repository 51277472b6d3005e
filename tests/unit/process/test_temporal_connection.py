"""The token for Temporal: read from a file that may change while the program runs."""

import asyncio
import os
from pathlib import Path

import pytest
from temporalio.client import Client

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
