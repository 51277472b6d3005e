"""The configuration that Temporal's server makes of an environment.

The server's own template is in the binary that the local stack runs. It is written in Go's template
language with the functions of sprig, which Debian's Caddy executes.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml

from local.stack.ports import HOST, free_ports

_TEMPLATE: Final = re.compile(
    rb'# enable-template\nlog:\n.*?\n    pollInterval: "60s"\n?', re.DOTALL
)
_CADDY: Final = shutil.which("caddy")
_START_SECONDS: Final = 20.0
requires_caddy = pytest.mark.skipif(
    _CADDY is None, reason="caddy is not installed: apt-get install caddy"
)


def server_template() -> bytes:
    """Return the template that the server's image reads its environment into."""
    binary = Path(sys.executable).with_name("temporal").read_bytes()
    (template,) = _TEMPLATE.findall(binary)
    return bytes(template)


def configured_by(environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return the server's configuration, made from this environment alone; `folder` is empty."""
    (folder / "template.txt").write_bytes(server_template())
    (port,) = free_ports(1)
    (folder / "caddy.json").write_text(json.dumps(_caddy(port, folder)))
    caddy = subprocess.Popen(
        [str(_CADDY), "run", "--config", folder / "caddy.json"],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        stderr=subprocess.DEVNULL,
    )
    try:
        return dict(yaml.safe_load(_fetch(f"http://{HOST}:{port}/template.txt")))
    finally:
        caddy.terminate()
        caddy.wait()


def _fetch(address: str) -> str:
    deadline = time.monotonic() + _START_SECONDS
    with httpx.Client(trust_env=False) as http:
        while True:
            try:
                return http.get(address).raise_for_status().text
            except httpx.ConnectError:
                assert time.monotonic() < deadline, "Caddy does not start"
                time.sleep(0.05)


def _caddy(port: int, folder: Path) -> dict[str, Any]:
    handlers = [{"handler": "templates"}, {"handler": "file_server", "root": str(folder)}]
    server = {
        "listen": [f"{HOST}:{port}"],
        "automatic_https": {"disable": True},
        "routes": [{"handle": handlers}],
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "apps": {"http": {"servers": {"templates": server}}},
    }
