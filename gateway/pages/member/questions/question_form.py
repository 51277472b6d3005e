"""The form for a member's answer: its inputs, labels and errors (R17–R19, R22)."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import FormData

from domain.claims.information_form import form_problems
from gateway.pages.form_fields import (
    FIELD_PREFIX,
    FormValues,
    RenderedField,
    error_summary,
    input_names,
    read_values,
    render_fields,
)
from gateway.pages.member.questions.open_question import OpenQuestion

NOTE_FIELD: Final = "note"
MAX_NOTE_LENGTH: Final = 4000
_MAX_LABEL_LENGTH: Final = 100


class QuestionForm:
    """The inputs for a question: requested fields, and a text for each question in words.

    A question without words has one input for a note.
    """

    def __init__(self, question: OpenQuestion, language: str, note_label: str) -> None:
        """Build the form in `language`; `note_label` is the label of the note."""
        self.question = question
        self.free_text_questions = {
            f"{NOTE_FIELD}-{number}": text for number, text in enumerate(question.free_text, 1)
        }
        self._language = language
        self._note_label = note_label

    @property
    def initial_values(self) -> dict[str, str]:
        """The ticket's present answers, by input."""
        return {FIELD_PREFIX + name: text for name, text in self.question.answers.items()}

    def read_answers(self, form: FormData) -> dict[str, str]:
        """Return the answers to the form's fields, by field."""
        values = read_values(form, input_names(self.question.form))
        return {name.removeprefix(FIELD_PREFIX): text for name, text in values.items()}

    def read_texts(self, form: FormData) -> dict[str, str]:
        """Return the answers in words, by input."""
        return read_values(form, [*self.free_text_questions] or [NOTE_FIELD])

    def note(self, texts: FormValues) -> str:
        """Join the answers in words into one note; several come each below its question."""
        pairs = [(self.free_text_questions.get(name, ""), text) for name, text in texts.items()]
        answered = [(question, text) for question, text in pairs if text]
        if len(self.free_text_questions) < 2:
            return "".join(text for _, text in answered)
        return "\n\n".join(f"{_shortened(question)}\n{text}" for question, text in answered)

    def problems(self, answers: Mapping[str, str], texts: FormValues) -> dict[str, str]:
        """Return what is wrong as sub-codes by input."""
        question, note = self.question, self.note(texts)
        problems = form_problems(question.rules, question.kind, question.answers, answers, note)
        found = {name: "required" for name in self.free_text_questions if not texts.get(name)}
        found |= {self.input_name(name): expected for name, expected in problems.items()}
        if len(note) > MAX_NOTE_LENGTH:
            found[max(texts, key=lambda name: len(texts[name]))] = "too_long"
        return found

    def input_name(self, field: str) -> str:
        """Return the input for a field of the update: the first text for its `note`."""
        if field == NOTE_FIELD:
            return next(iter(self.free_text_questions), NOTE_FIELD)
        return FIELD_PREFIX + field

    def render_fields(self, values: FormValues, errors: Mapping[str, str]) -> list[RenderedField]:
        """Prepare the requested fields, and every other field that has an error."""
        requested = self.question.requested_fields
        visible = [
            field
            for field in self.question.form
            if field in requested or FIELD_PREFIX + field.name in errors
        ]
        return render_fields(visible, {**self.initial_values, **values}, errors, self._language)

    def error_summary(self, errors: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return pairs of input and message for the top of the page."""
        labels = {field.name: field.label for field in self.render_fields({}, errors)}
        if self.free_text_questions:
            labels |= {name: _shortened(text) for name, text in self.free_text_questions.items()}
        else:
            labels[NOTE_FIELD] = self._note_label
        return error_summary(labels, errors)


def _shortened(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= _MAX_LABEL_LENGTH else f"{line[:_MAX_LABEL_LENGTH]}…"
