"""Record what LibreOffice saves and shows: `python -m scripts.record_spreadsheets`.

Needs `soffice` (Debian: `apt-get install --no-install-recommends libreoffice-calc`).
"""

import tempfile
from pathlib import Path

from tests.support.spreadsheets import (
    FOLDER,
    MARKETS,
    RECORDED_ROWS,
    SAVED_FILES,
    export_bytes,
    open_export,
    save,
)


def record(work: Path) -> None:
    """Write all files to `tests/spreadsheets/`."""
    files = {"export.csv": export_bytes(RECORDED_ROWS)}
    files |= {f"{name}.csv": save(work, name, RECORDED_ROWS) for name in SAVED_FILES}
    files |= {f"shown-{one}.tsv": open_export(work, one, RECORDED_ROWS) for one in MARKETS}
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder))
