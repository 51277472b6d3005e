"""What partners find out about a claim, and what a confirmation starts."""
