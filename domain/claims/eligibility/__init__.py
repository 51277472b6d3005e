"""Whether a claim is accepted, and why not."""
