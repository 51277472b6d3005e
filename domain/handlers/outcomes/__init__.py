"""The outcomes that partners report, and what a confirmation starts."""
