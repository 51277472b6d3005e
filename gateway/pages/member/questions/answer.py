"""The page for a member's answer to a question, behind the link in the question's e-mail (R22).

The link's token alone opens the page: it works without a session, wherever the e-mail is read.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from temporalio.service import RPCError

from domain.errors import TransientError
from domain.values.json_text import content_digest
from gateway.http.problems import Problem
from gateway.pages.csrf import read_form
from gateway.pages.errors import PageRoute
from gateway.pages.form_fields import FIELD_PREFIX
from gateway.pages.member.access import redirect
from gateway.pages.member.questions.answer_pages import (
    closed_page,
    question_page,
    refused_page,
    unavailable_page,
)
from gateway.pages.member.questions.answer_request import AnswerRequest, CurrentAnswer
from gateway.temporal_client import execute_update
from gateway.ticket_commands import check_command_limits

PATH: Final = "/tickets/{number}/information"


class AnswerRoute(PageRoute):
    """The route of the page for an answer."""

    area = "answer"


router = APIRouter(include_in_schema=False, route_class=AnswerRoute)


@router.get(PATH)
async def show_question(answer: CurrentAnswer) -> Response:
    """Show the question, with the present answers."""
    if not answer.question.is_open:
        return closed_page(answer)
    return question_page(answer, answer.form.initial_values)


@router.post(PATH)
async def submit(answer: CurrentAnswer) -> Response:
    """Send the answer to the ticket; sent twice, it counts once."""
    sent, form = await read_form(answer.request), answer.form
    answers, texts = form.read_answers(sent), form.read_texts(sent)
    values = {**{FIELD_PREFIX + name: text for name, text in answers.items()}, **texts}
    if problems := form.problems(answers, texts):
        if not answer.question.is_open:
            return closed_page(answer)
        errors = {name: answer.message(name, expected) for name, expected in problems.items()}
        return question_page(answer, values, errors, 422)
    try:
        await _send_answer(answer, answers, form.note(texts))
    except Problem as problem:
        return refused_page(answer, values, problem)
    except (TransientError, RPCError) as error:
        return unavailable_page(answer, values, error)
    url = answer.request.url
    return redirect(f"{url.path}?{url.query}")


async def _send_answer(answer: AnswerRequest, answers: Mapping[str, str], note: str) -> None:
    """Execute the update; its id is derived from question and answer, so that twice is once."""
    content: dict[str, Any] = {"answers": dict(answers), "note": note or None}
    request_id = f"page-{answer.question.question_seq}-{content_digest(content)[:32]}"
    request = {"request_id": request_id, "actor": "member", "caller": "link", **content}
    await check_command_limits(answer.context, answer.number, "provide_information", request)
    await execute_update(answer.context.temporal, answer.number, "provide_information", request)
