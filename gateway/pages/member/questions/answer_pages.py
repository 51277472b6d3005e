"""Renders the page for a member's answer: the form, and what is wrong with an answer."""

from collections.abc import Mapping
from typing import Final

from fastapi.responses import Response
from temporalio.service import RPCError

from domain.errors import TransientError
from gateway.http.problem_status import STATUS
from gateway.http.problems import RETRY_AFTER_SECONDS, Problem
from gateway.i18n import catalog
from gateway.pages.errors import Severity, log_unavailable, message_page
from gateway.pages.form_fields import FormValues
from gateway.pages.locale_formatter import LocaleFormatter
from gateway.pages.member.questions.answer_request import AnswerRequest
from gateway.pages.rendering import render_page
from workflows.temporal_errors import is_workflow_not_found

_THANK_YOU: Final[tuple[str, Severity]] = ("thank_you", "good")
_NOTHING_OPEN: Final[tuple[str, Severity]] = ("nothing_open", "warn")
_CLOSED_CODES: Final = frozenset({"action_not_allowed", "unknown_ticket"})


def refused_page(answer: AnswerRequest, values: FormValues, problem: Problem) -> Response:
    """Render the form again with the ticket's reasons to refuse the answer."""
    if problem.code in _CLOSED_CODES:
        return closed_page(answer)
    if problem.errors:
        form = answer.form
        errors = {
            form.input_name(name): answer.message(name, expected)
            for name, expected in problem.errors.items()
        }
    else:
        texts = catalog("problems", answer.language)["problems"]
        errors = {"": texts.get(problem.code, texts["malformed"])}
    status = STATUS[problem.code] if problem.code == "too_many_requests" else 422
    response = question_page(answer, values, errors, status)
    response.headers.update(problem.headers)
    return response


def unavailable_page(
    answer: AnswerRequest, values: FormValues, error: TransientError | RPCError
) -> Response:
    """Render the form again: nothing was sent yet.

    A ticket that is open without a workflow needs an operator; a closed one needs no answer.
    """
    is_gone = isinstance(error, RPCError) and is_workflow_not_found(error)
    if is_gone and not answer.question.is_open:
        return closed_page(answer)
    log_unavailable(error)
    response = question_page(answer, values, status=503)
    response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return response


def question_page(
    answer: AnswerRequest,
    values: FormValues,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Render the question with `values`; a field with an error is shown, requested or not."""
    form, question, errors = answer.form, answer.question, errors or {}
    answer_by, formatter = question.answer_by, LocaleFormatter(answer.context, answer.language)
    content = {
        "number": answer.number,
        "partner": question.rules.name,
        "answer_by": formatter.format_date(answer_by) if answer_by else "",
        "fields": form.render_fields(values, errors),
        "free_text_questions": form.free_text_questions,
        "values": values,
        "errors": errors,
        "summary": form.error_summary(errors),
        "is_unavailable": status == 503,
    }
    return render_page(
        answer.request, "member/answer.html", "answer", answer.language, content, status
    )


def closed_page(answer: AnswerRequest) -> Response:
    """Say thank you, or that the ticket asks nothing any more."""
    question = answer.question
    name, severity = _THANK_YOU if question.answered else _NOTHING_OPEN
    values = {"partner": question.rules.name, "number": answer.number}
    return message_page(answer.request, "answer", name, severity, question.language, **values)
