"""What a command did."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CommandResult:
    """`code`: why the command was refused, or what it still waits for. `delivery_purpose`: the
    claim is to be delivered now.
    """

    code: str | None = None
    delivery_purpose: str | None = None
