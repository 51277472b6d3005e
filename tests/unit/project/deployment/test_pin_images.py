"""The script that pins the images of the Compose file by digest, with a docker that we made up."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
DIGEST = "sha256:" + "ab12" * 16


def pinned(folder: Path, says: str) -> subprocess.CompletedProcess[str]:
    """Run the script on a copy, with a docker that says this."""
    (folder / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "images.env", folder / "deploy")
    script = shutil.copy(ROOT / "deploy" / "pin-images.sh", folder / "deploy")
    docker = folder / "docker"
    docker.write_text(f"#!/bin/sh\n{says}\n")
    docker.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(["sh", script], env=environment, capture_output=True, text=True)


def test_each_image_is_pinned_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_URL=smtp://mail\nPOSTGRES_IMAGE=postgres:17\n")
    done = pinned(tmp_path, f"echo {DIGEST}")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / ".env").read_text().splitlines()
    assert lines[0] == "SMTP_URL=smtp://mail"
    assert f"POSTGRES_IMAGE=postgres:18@{DIGEST}" in lines
    assert f"PYTHON_IMAGE=python:3.13-slim@{DIGEST}" in lines
    assert len(lines) == 7
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_where_no_digest_is_found_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_URL=smtp://mail\n")
    for number, says in enumerate(("exit 1", "echo nothing")):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(tmp_path / ".env", folder)
        assert pinned(folder, says).returncode != 0
        assert (folder / ".env").read_text() == "SMTP_URL=smtp://mail\n"
