"""What happens to a database in operation: its faults, and the scenario that goes through them."""
