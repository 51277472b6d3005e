"""Commands for operators and partners' files: `python -m cli`."""
