"""Everything that exists per language follows `LANGUAGES` (CONTRIBUTING.md, "Add a language")."""

from adapters.email.locale_renderer import TEMPLATES
from adapters.files.text_encoding import CODE_PAGES
from domain.partners.market import LANGUAGES
from gateway.i18n import LOCALES


def test_every_language_has_its_folders_and_catalogs_and_nothing_is_left_of_another() -> None:
    languages = set(LANGUAGES)
    assert {folder.name for folder in LOCALES.iterdir()} == languages
    assert {file.suffixes[0][1:] for file in TEMPLATES.glob("phrases.*.toml")} == languages


def test_files_of_every_language_can_be_read_in_its_code_page() -> None:
    assert CODE_PAGES.keys() == set(LANGUAGES)
