"""The demonstration: scenarios, their runner, and what is checked at their ends."""
