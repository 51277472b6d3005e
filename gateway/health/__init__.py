"""Whether the gateway can work: checks of its dependencies."""
