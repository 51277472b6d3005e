"""LibreOffice as a partner's spreadsheet: it opens an export, and saves it with the outcomes."""

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from adapters.files.csv import open_csv
from adapters.files.csv_writer import csv_text, write_row
from adapters.files.formulas import escape_formula
from cli.exchange.claim_rows import claim_header, claim_row
from cli.exchange.csv_columns import check_header, column_of
from cli.exchange.outcome_rows import read_outcome
from domain.partners.market import Market
from domain.values.text_cleaning import clean_text
from domain.values.ticket_number import derive_number

FOLDER: Final = Path(__file__).parents[1] / "spreadsheets"
"""Files that LibreOffice saved."""
RECORDED_ROWS: Final = 12
TIMEOUT_SECONDS: Final = 180.0
ANSWERS: Final = ("invoice_number", "customer_name", "comment")
MARKETS: Final = {
    "de": Market(time_zone="Europe/Berlin", currency="EUR", language="de"),
    "pl": Market(time_zone="Europe/Warsaw", currency="PLN", language="pl"),
}
_IDENTITY: Final = frozenset({"partner_id", "number", "outcome_id"})
_LOCALES: Final = {"de": ("de-DE", 1031), "pl": ("pl-PL", 1045)}
"""By language: the locale in which dates and numbers are read and shown, and LibreOffice's number
for it.
"""
_PROFILE: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{locale}</value></prop>
</item>
</oor:items>
"""
NAMES: Final = (
    "Jürgen Müller", "Łukasz Żółć", "Zażółć Gęślą-Jaźń", "Größe & Söhne", "Anna „Ania“ Śliwińska",
    'René "Rex" Weiß', "=1+1", "Jan\nKowalski; Łódź", "@SUM(A1:A9)", "-5", "Ćma, Ewa", "O’Brien",
)  # fmt: skip
"""As members type them."""


class SavedFile(NamedTuple):
    """A format in which LibreOffice saves: separator and encoding, with its number for both."""

    language: str
    separator: str
    encoding: str
    charset: int


SAVED_FILES: Final = {
    "utf-8": SavedFile("pl", ";", "utf-8", 76),
    "utf-16": SavedFile("de", "\t", "utf-16", 65535),
    "windows-1250": SavedFile("pl", ";", "cp1250", 33),
    "windows-1252": SavedFile("de", ";", "cp1252", 1),
}


def numbers(count: int) -> list[str]:
    """Return the numbers of the tickets."""
    return [derive_number("spreadsheet", str(n)) for n in range(count)]


def claim_rows(count: int) -> Iterator[list[str]]:
    """Yield the rows of an export, with its header."""
    yield claim_header(ANSWERS)
    for n, number in enumerate(numbers(count)):
        name = NAMES[n % len(NAMES)]
        answers = {"invoice_number": f"MH-{n:06}", "customer_name": name, "comment": f"{name}\nok"}
        claim: dict[str, Any] = {
            "number": number,
            "kind": "missing_cashback",
            "ordered_on": "2026-10-01",
            "note": f'Nr. 4006381333931{n:03}, "eilig", {name}',
            "answers": answers,
            "link": {"id": f"lnk-{n}", "clicked_at": None},
        }
        yield claim_row("claim", claim, ANSWERS)


def export_bytes(count: int) -> bytes:
    """Return an export for a German or a Polish market."""
    return _bytes(claim_rows(count), ";")


def typed_outcome(n: int, language: str) -> dict[str, str]:
    """Return what the partner types into the row of the ticket `n`."""
    texts = {
        "de": ("Ware größtenteils zurück – „Sofa“\nsiehe Müller", "Wie heißt die Straße?", "€"),
        "pl": ("Zwrot: „łóżko” – część\nźródło: Müller", "Jaki jest numer zamówienia?", "zł"),
    }
    note, question, sign = texts[language]
    return (
        {"outcome": "confirmed", "amount": "1234,5", "currency": MARKETS[language].currency},
        {"outcome": "Rejected", "reason_code": "order_not_found", "note": note},
        {"outcome": "information_requested", "question": f"{question}\n4006381333931{n:03}"},
        {
            "outcome": "CONFIRMED",
            "amount": f"12,50 {sign}",
            "currency": MARKETS[language].currency.lower(),
            "activated_on": "2026-10-03",
            "cancellation_ends_on": "5.12.2026",
        },
    )[n % 4]


def expected_outcome(n: int, language: str) -> dict[str, Any]:
    """Return the fields of the outcome that is to be read from that row."""
    typed = typed_outcome(n, language)
    lines = {"outcome": typed["outcome"].lower()}
    lines |= {name: clean_text(typed[name]) for name in ("reason_code", "note") if name in typed}
    reward = {"currency": MARKETS[language].currency}
    return (
        lines
        | (
            {"reward": {"amount": "1234.50"} | reward},
            {},
            {"questions": [clean_text(typed.get("question", ""))]},
            {
                "reward": {"amount": "12.50"} | reward,
                "activated_on": "2026-10-03",
                "cancellation_ends_on": "2026-12-05",
            },
        )[n % 4]
    )


def filled_rows(count: int, language: str) -> Iterator[list[str]]:
    """Yield the rows with outcomes, capitals in the header, the partner's own column with a
    formula, and an empty row and column.
    """
    header, *rows = claim_rows(count)
    yield [" ".join(name.split("_")).title() for name in header] + ["Bearbeiter", ""]
    for n, unescaped in enumerate(rows):
        row = list(map(escape_formula, unescaped))
        for name, text in typed_outcome(n, language).items():
            row[header.index(name)] = text
        yield [*row, "=1+1", ""]
        if n == count // 2:
            yield [""] * (len(row) + 2)


def save(folder: Path, name: str, count: int) -> bytes:
    """Let LibreOffice save the rows with outcomes."""
    saved = SAVED_FILES[name]
    table = _bytes(filled_rows(count, saved.language), ";", is_export=False)
    return _convert(folder, table, saved.language, saved.separator, saved.charset)


def open_export(folder: Path, language: str, count: int) -> bytes:
    """Let LibreOffice open an export in the locale of this language; return what it shows."""
    return _convert(folder, export_bytes(count), language, "\t", SAVED_FILES["utf-8"].charset)


def read_outcomes(file: Path, language: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Read a file as an import does; return its columns that are ignored, and its outcomes."""
    with open_csv(file, language, column_of) as reader:
        ignored = check_header(reader.columns)
        outcomes = [read_outcome(one.cells, "moebelhof", MARKETS[language]) for one in reader]
    return ignored, [one.model_dump(mode="json", exclude_defaults=True) for one in outcomes]


def assert_all_taken(file: Path, name: str, count: int) -> None:
    """Assert that every row of a saved file is read as it was typed."""
    language = SAVED_FILES[name].language
    ignored, outcomes = read_outcomes(file, language)
    assert ignored == ["bearbeiter"]
    assert [one["number"] for one in outcomes] == numbers(count)
    for n, outcome in enumerate(outcomes):
        content = {key: value for key, value in outcome.items() if key not in _IDENTITY}
        assert content == expected_outcome(n, language)


def assert_opens_in_columns(shown: bytes, count: int) -> None:
    """Assert that a spreadsheet shows every cell of an export, and no formula."""
    text = io.StringIO(shown.decode("utf-8"), newline="")
    rows, written = list(csv.reader(text, delimiter="\t")), list(claim_rows(count))
    assert [[cell.removeprefix("'") for cell in row] for row in rows] == written
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def is_installed() -> bool:
    """Return whether LibreOffice is on this machine."""
    return shutil.which("soffice") is not None


def _bytes(rows: Iterator[Sequence[str]], separator: str, *, is_export: bool = True) -> bytes:
    raw = io.BytesIO()
    out = csv_text(raw)
    for row in rows:
        if is_export:
            write_row(out, list(row), separator)
        else:
            csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerow(row)
    out.flush()
    out.detach()
    return raw.getvalue()


def _convert(folder: Path, raw: bytes, language: str, separator: str, charset: int) -> bytes:
    """Open a file as a person does who confirms the dialog, and save it as it is shown."""
    source = folder / "source.csv"
    source.write_bytes(raw)
    locale, number = _LOCALES[language]
    profile = folder / f"profile-{locale}"
    if not profile.exists():
        (profile / "user").mkdir(parents=True)
        settings = profile / "user" / "registrymodifications.xcu"
        settings.write_text(_PROFILE.format(locale=locale))
    utf_8, quote = SAVED_FILES["utf-8"].charset, ord('"')
    opened = f"{ord(';')},{quote},{utf_8},1,,{number},false,true"
    to = f"{ord(separator)},{quote},{charset},1,,0,false,true"
    command = [
        "soffice",
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        f"--infilter=CSV:{opened}",
        "--convert-to",
        f"csv:Text - txt - csv (StarCalc):{to}",
        "--outdir",
        str(folder / "saved"),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_SECONDS)
    return (folder / "saved" / source.name).read_bytes()
