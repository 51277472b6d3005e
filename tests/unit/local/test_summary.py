"""What `make run` prints when everything runs."""

from pathlib import Path

from local.run import summary
from local.stack.environment import addresses
from local.stack.ports import Ports
from local.stack.stack import Stack


def test_the_addresses_are_printed_without_the_password(tmp_path: Path) -> None:
    ports = Ports.free()
    stack = Stack(tmp_path, ports)
    stack.addresses = addresses(ports, "of-the-database")
    printed = summary(stack)
    assert "of-the-database" not in printed
    assert f"postgresql://tickets@127.0.0.1:{ports.postgres_port}/postgres" in printed
    assert all(f":{port}" in printed for port in (ports.platform_port, ports.smtp_port))
    assert f"{tmp_path}/stack.json" in printed
