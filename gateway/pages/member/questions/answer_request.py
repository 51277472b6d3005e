"""A request to the page for a member's answer: the signed link, and the ticket's question."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from adapters.postgres.tickets.open_questions import get_open_question
from adapters.security.signed_links import member_link, verify_link
from domain.codes import RefusalCode
from domain.errors import RequestRejected
from gateway.context import AppContext, Context
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_refusals
from gateway.i18n import catalog
from gateway.pages.form_fields import FIELD_PREFIX, error_message
from gateway.pages.member.questions.open_question import OpenQuestion
from gateway.pages.member.questions.question_form import QuestionForm
from gateway.pages.rendering import reading_language


class AnswerRequest(NamedTuple):
    """A request to the page: the ticket's number, its question, and the reader's language."""

    request: Request
    context: AppContext
    number: str
    question: OpenQuestion
    language: str

    @property
    def form(self) -> QuestionForm:
        """The form for the question."""
        label = catalog("answer", self.language)["form"]["note"]
        partner = self.question.rules.name
        return QuestionForm(self.question, self.language, label.format(partner=partner))

    def message(self, name: str, expected: str) -> str:
        """Return the sentence for a sub-code at the input `name`."""
        example = self.question.rules.example(name.removeprefix(FIELD_PREFIX))
        return error_message(self.context.emails, self.language, expected, example)


async def _answer_request(
    request: Request, context: Context, number: str, token: str = ""
) -> AnswerRequest:
    """Check the token before any query: every invalid link gets the same page."""
    with log_refusals(SecurityEvent.LINK_REFUSED, kind="member", number=number):
        verify_link(token, context.settings.signing_secret, member_link(number), context.now)
    row = await get_open_question(context.database, number)
    if row is None:
        raise RequestRejected(RefusalCode.INVALID_LINK)
    await context.limits.hit("member_page", number)
    question = OpenQuestion.from_row(row)
    language = reading_language(request, question.language)
    return AnswerRequest(request, context, number, question, language)


CurrentAnswer = Annotated[AnswerRequest, Depends(_answer_request)]
