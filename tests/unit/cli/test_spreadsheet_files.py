"""Files that LibreOffice saved in German and Polish locales, recorded by
`python -m scripts.record_spreadsheets`: every row is read, from every encoding.
"""

import pytest

from tests.support.spreadsheets import (
    FOLDER,
    MARKETS,
    RECORDED_ROWS,
    SAVED_FILES,
    assert_all_taken,
    assert_opens_in_columns,
    export_bytes,
    read_outcomes,
)


@pytest.mark.parametrize("name", SAVED_FILES)
def test_every_row_that_a_spreadsheet_saved_is_read(name: str) -> None:
    """Umlauts, Polish letters, line ends, quotation marks, formulas and long numbers."""
    assert_all_taken(FOLDER / f"{name}.csv", name, RECORDED_ROWS)


def test_a_file_in_the_code_page_of_another_market_is_refused_once() -> None:
    with pytest.raises(ValueError, match="line 3 is in neither, and not certainly in Windows-1252"):
        read_outcomes(FOLDER / "windows-1250.csv", "de")


@pytest.mark.parametrize("language", MARKETS)
def test_an_export_opens_in_columns_and_without_formulas(language: str) -> None:
    """What the spreadsheet showed of an export that is still what is written."""
    assert (FOLDER / "export.csv").read_bytes() == export_bytes(RECORDED_ROWS), "record again"
    assert_opens_in_columns((FOLDER / f"shown-{language}.tsv").read_bytes(), RECORDED_ROWS)
