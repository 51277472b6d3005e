"""The settings of all programs: read from the environment, checked at the start."""
