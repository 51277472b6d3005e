"""Worker and gateway start exactly as the Compose file says, and a ticket goes through them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.compose import ROOT
from tests.support.gateway.nginx import requires_nginx

NAMESPACES = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
DEADLINE = 110.0  # seconds


def may_have_namespaces() -> bool:
    """Whether this machine lets us be root in namespaces of our own."""
    programs = [shutil.which(name) for name in ("unshare", "setpriv", "mount")]
    return (
        os.geteuid() == 0
        and None not in programs
        and subprocess.run([*NAMESPACES, "true"], capture_output=True).returncode == 0
    )


@requires_nginx
@pytest.mark.skipif(not may_have_namespaces(), reason="needs root and namespaces of Linux")
def test_a_ticket_reaches_its_partner_through_the_services_of_the_compose_file(
    tmp_path: Path,
) -> None:
    command = [*NAMESPACES, sys.executable, "-m", "tests.e2e.compose.scenario", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "worker ended well" in done.stdout
