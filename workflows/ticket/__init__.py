"""The processing of one ticket in one run of its workflow."""
