"""The error of every parser of people's input."""


class InvalidInput(ValueError):
    """The input is malformed or ambiguous.

    `code` is the sub-code (`[expected]` in the catalogs); the text states, for partners and logs,
    what was expected.
    """

    def __init__(self, code: str, expected: str) -> None:
        """`expected` continues the text `expected …` and contains an example."""
        super().__init__(f"expected {expected}")
        self.code = code
