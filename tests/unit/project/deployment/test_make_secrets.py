"""The script that makes the secrets of the Compose file, with openssl and real TLS connections."""

import json
import shutil
import ssl
import subprocess
import time
from pathlib import Path

import jwt
import pytest

from settings.secret_strength import is_weak
from settings.secrets import are_webhook_secrets
from tests.support.compose import COMPOSE, ROOT

DAY = 24 * 3600


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", folder / "deploy" / arguments[0], *arguments[1:]], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the secrets, made by the script in a copy of `deploy`."""
    folder = tmp_path_factory.mktemp("compose")
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("secrets"))
    done = run(folder, "make-secrets.sh")
    assert done.returncode == 0, done.stderr
    assert "smtp_url" in done.stdout
    return folder / "deploy" / "secrets"


def claims(secrets: Path, token: str) -> dict[str, object]:
    """The claims of a token, which one of the published keys signed."""
    keys = jwt.PyJWKSet.from_dict(json.loads((secrets / "temporal_jwks.json").read_text()))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return dict(jwt.decode(token, key, algorithms=["RS256"]))


def test_every_secret_of_the_compose_file_is_made(secrets: Path) -> None:
    for name in COMPOSE["secrets"]:
        file = secrets / name
        assert file.stat().st_mode & 0o777 == 0o644, "a container's user could not read it"
        assert file.read_text() or name in {"smtp_url", "temporal_ui_client_secret"}


def test_only_the_owner_reaches_them(secrets: Path) -> None:
    for folder in (secrets, secrets / "private"):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert all(key.stat().st_mode & 0o777 == 0o600 for key in (secrets / "private").iterdir())
    mounted = {Path(one["file"]).parent.name for one in COMPOSE["secrets"].values()}
    assert mounted == {"secrets"}, "what signs is in no container"


def test_they_are_strong_and_fit_together(secrets: Path) -> None:
    for name in ("signing_secret", "jwt_secret", "postgres_password", "temporal_db_password"):
        assert not is_weak((secrets / name).read_text().strip().encode()), name
    assert are_webhook_secrets((secrets / "webhook_secret").read_text())
    for url, role in (("database_url", "tickets"), ("database_owner_url", "tickets_owner")):
        password = (secrets / f"{role}_db_password").read_text().strip()
        expected = f"postgresql://{role}:{password}@postgres:5432/tickets\n"
        assert (secrets / url).read_text() == expected


@pytest.mark.parametrize(
    ("name", "permissions", "seconds"),
    [
        ("worker", ["tickets:read", "tickets:write"], 30 * DAY),
        ("gateway", ["tickets:read", "tickets:write"], 30 * DAY),
        ("admin", ["temporal-system:admin"], 3600),
    ],
)
def test_each_program_has_its_token(
    secrets: Path, name: str, permissions: list[str], seconds: int
) -> None:
    found = claims(secrets, (secrets / f"temporal_{name}_token").read_text().strip())
    assert found["permissions"] == permissions
    assert int(str(found["exp"])) == pytest.approx(time.time() + seconds, abs=60)


def test_an_operator_gets_a_token_on_demand(secrets: Path) -> None:
    printed = run(secrets.parents[1], "temporal/make-keys.sh", "dorota", "tickets:read", "8")
    found = claims(secrets, printed.stdout.strip())
    assert (found["sub"], found["permissions"]) == ("dorota", ["tickets:read"])
    wrong = run(secrets.parents[1], "temporal/make-keys.sh", "dorota", 'x"]', "8")
    assert (wrong.returncode, wrong.stdout) == (2, "")


def test_a_second_run_replaces_tokens_alone_and_in_place(secrets: Path) -> None:
    def state() -> dict[str, tuple[int, str]]:
        files = [file for file in secrets.rglob("*") if file.is_file()]
        return {file.name: (file.stat().st_ino, file.read_text()) for file in files}

    before = state()
    time.sleep(1.1)  # so that the tokens differ
    assert run(secrets.parents[1], "make-secrets.sh").returncode == 0
    after = state()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {f"temporal_{name}_token" for name in ("worker", "gateway", "admin")}
    # A mounted file that is replaced stays the old one in its container.
    assert {name: found[0] for name, found in before.items()} == {
        name: found[0] for name, found in after.items()
    }


@pytest.mark.parametrize(
    ("server", "client", "authority", "is_accepted"),
    [
        ("frontend", "worker", "ca", True),
        ("frontend", "gateway", "ca", True),
        ("frontend", "ui", "ca", True),
        ("frontend", "admin", "ca", True),
        ("internode", "internode", "internode-ca", True),
        ("internode", "worker", "internode-ca", False),
        ("internode", None, "internode-ca", False),
        ("frontend", None, "ca", False),
    ],
)
def test_a_port_opens_for_the_certificates_of_its_authority_alone(
    secrets: Path, server: str, client: str | None, authority: str, is_accepted: bool
) -> None:
    ca = secrets / f"temporal_{authority}.pem"
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
    serving.verify_mode = ssl.CERT_REQUIRED
    serving.load_cert_chain(secrets / f"temporal_{server}.pem", secrets / f"temporal_{server}.key")
    calling = ssl.create_default_context(cafile=ca)
    if client:
        calling.load_cert_chain(
            secrets / f"temporal_{client}.pem", secrets / f"temporal_{client}.key"
        )
    name = "temporal" if server == "frontend" else server
    assert are_connected(serving, calling, name) is is_accepted


def are_connected(serving: ssl.SSLContext, calling: ssl.SSLContext, name: str) -> bool:
    """Whether both sides of a connection in memory accept each other."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        calling.wrap_bio(back, there, server_hostname=name),
        serving.wrap_bio(there, back, server_side=True),
    ]
    waiting = [True, True]
    for _ in range(10):
        for number, side in enumerate(sides):
            try:
                side.do_handshake()
                waiting[number] = False
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError:
                return False
    return waiting == [False, False]
