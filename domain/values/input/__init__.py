"""Parsing of what people type: numbers, amounts, dates and times."""
