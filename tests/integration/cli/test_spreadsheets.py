"""LibreOffice itself as the partner's spreadsheet, where it is installed: two hundred rows."""

from pathlib import Path

import pytest

from tests.support.spreadsheets import (
    MARKETS,
    SAVED_FILES,
    assert_all_taken,
    assert_opens_in_columns,
    is_installed,
    open_export,
    save,
)

ROWS = 200
pytestmark = pytest.mark.skipif(
    not is_installed(), reason="needs soffice; without it the recorded files are tested"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For LibreOffice's settings and files."""
    return tmp_path_factory.mktemp("libreoffice")


@pytest.mark.parametrize("name", SAVED_FILES)
def test_two_hundred_rows_that_a_spreadsheet_saves_are_read(folder: Path, name: str) -> None:
    file = folder / f"{name}.csv"
    file.write_bytes(save(folder, name, ROWS))
    assert_all_taken(file, name, ROWS)


@pytest.mark.parametrize("language", MARKETS)
def test_an_export_of_two_hundred_claims_opens_in_columns(folder: Path, language: str) -> None:
    assert_opens_in_columns(open_export(folder, language, ROWS), ROWS)
