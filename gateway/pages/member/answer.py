"""The page a question's letter leads to: the member's answer, checked like the form (R17-R19, R22).

The link's token alone opens it: no session, so that it opens wherever the letter is read.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData
from temporalio.service import RPCError

from adapters.security.signed_links import check_token, member_of
from domain.claims.information_form import form_problems
from domain.claims.parsing import content_digest
from domain.errors import RequestRejected, TransientError
from domain.partners.profile import ClaimKind, FormField, PartnerRules
from domain.tickets.lifecycle import State
from domain.values.types import FrozenModel
from gateway.context import AppContext, Context
from gateway.http.problems import RETRY_AFTER_SECONDS, STATUS, Problem
from gateway.http.security_log import SecurityEvent, log_refusals
from gateway.i18n import catalog
from gateway.pages.errors import Mood, PageRoute, notice, tell_away
from gateway.pages.form_fields import PREFIX, inputs, sentence, shown, summed_up, typed_in
from gateway.pages.member.access import lead_to
from gateway.pages.rendering import Writes, page, reading_language
from gateway.pages.sessions import sent_form
from gateway.temporal_client import execute_update
from gateway.ticket_commands import check_command_limits
from workflows.temporal_errors import is_workflow_not_found

NOTE: Final = "note"
LONGEST_NOTE: Final = 4000
_SHORT: Final = 100
_ANSWERED: Final[tuple[str, Mood]] = ("thank_you", "good")
_NOTHING: Final[tuple[str, Mood]] = ("nothing_open", "warn")
_OVER: Final = frozenset({"action_not_allowed", "unknown_ticket"})


class AnswerRoute(PageRoute):
    """The page for an answer."""

    area = "answer"


router = APIRouter(include_in_schema=False, route_class=AnswerRoute)


class Asked(FrozenModel):
    """What a ticket asks its member now; `asked` is the place of the question among the moves."""

    state: State
    kind: ClaimKind
    language: str
    answers: dict[str, str]
    due_at: datetime | None
    rules: PartnerRules
    questions: tuple[str, ...] = ()
    asked: int | None = None
    answered: bool = False

    @property
    def form(self) -> tuple[FormField, ...]:
        """The fields of the ticket's own form."""
        return self.rules.form(self.kind)

    @property
    def fields(self) -> tuple[FormField, ...]:
        """The fields that are asked for by their names."""
        names = {question.strip() for question in self.questions}
        return tuple(field for field in self.form if field.name in names)

    @property
    def free(self) -> dict[str, str]:
        """The questions in words, by the names of their inputs."""
        names = {field.name for field in self.form}
        words = [q.strip() for q in self.questions if q.strip() and q.strip() not in names]
        return {f"{NOTE}-{place}": question for place, question in enumerate(words, 1)}

    @property
    def known(self) -> dict[str, str]:
        """The present answers, by the names of the inputs."""
        return {PREFIX + name: answer for name, answer in self.answers.items()}


class Reader(NamedTuple):
    """Who answers: the request, the parts, the ticket's number, what it asks, the language."""

    request: Request
    context: AppContext
    number: str
    asked: Asked
    language: str

    @property
    def said(self) -> Mapping[str, Any]:
        """The page's words."""
        return catalog("answer", self.language)


async def _reader(request: Request, context: Context, number: str, token: str = "") -> Reader:
    """Check the token before anything is looked up: whatever is wrong, the page is the same."""
    with log_refusals(SecurityEvent.LINK_REFUSED, kind="member", number=number):
        check_token(token, context.settings.signing_secret, member_of(number), context.now)
    row = await context.postgres.one("question_asked", number=number)
    if row is None:
        raise RequestRejected("invalid_link")
    await context.limits.hit("member_page", number)
    rules = PartnerRules.from_storage(row["rules"])
    told = {**row, "rules": rules, "questions": row["questions"] or ()}
    asked = Asked.model_validate({**told, "answers": row["answers"] or {}})
    return Reader(request, context, number, asked, reading_language(request, asked.language))


Member = Annotated[Reader, Depends(_reader)]


@router.get("/tickets/{number}/information")
async def question(reader: Member) -> Response:
    """Show what is asked, with the present answers."""
    if reader.asked.state is not State.INFORMATION_REQUESTED:
        return _over(reader)
    return _form(reader, reader.asked.known)


@router.post("/tickets/{number}/information")
async def give(reader: Member) -> Response:
    """Pass the answer on; sent twice, it is one."""
    form = await sent_form(reader.request)
    given, replies = _read(reader, form)
    typed = {**{PREFIX + name: text for name, text in given.items()}, **replies}
    note = _note(reader.asked, replies)
    errors = _errors(reader, given, replies, note)
    if errors:
        is_asked = reader.asked.state is State.INFORMATION_REQUESTED
        return _form(reader, typed, errors, 422) if is_asked else _over(reader)
    try:
        await _tell(reader, given, note)
    except Problem as problem:
        if problem.code in _OVER:
            return _over(reader)
        status = STATUS[problem.code] if problem.code == "too_many_requests" else 422
        page_again = _form(reader, typed, _refused(reader, problem), status)
        page_again.headers.update(problem.headers)
        return page_again
    except (TransientError, RPCError) as error:
        # A ticket that still asks and has no running workflow is taken up again by an operator.
        is_asked = reader.asked.state is State.INFORMATION_REQUESTED
        if isinstance(error, RPCError) and is_workflow_not_found(error) and not is_asked:
            return _over(reader)
        tell_away(error)
        return _form(reader, typed, status=503)
    here = reader.request.url
    return lead_to(f"{here.path}?{here.query}")


async def _tell(reader: Reader, given: Mapping[str, str], note: str) -> None:
    """Send the update; its id comes from question and answer, so that twice is once."""
    told: dict[str, Any] = {"answers": dict(given), "note": note or None}
    request_id = f"page-{reader.asked.asked}-{content_digest(told)[:32]}"
    request = {"request_id": request_id, "actor": "member", "caller": "link", **told}
    await check_command_limits(reader.context, reader.number, "provide_information", request)
    await execute_update(reader.context.temporal, reader.number, "provide_information", request)


def _read(reader: Reader, form: FormData) -> tuple[dict[str, str], dict[str, str]]:
    """Return the answers to fields by their names, and those in words by their inputs."""
    fields = typed_in(form, inputs(reader.asked.form))
    given = {name.removeprefix(PREFIX): text for name, text in fields.items()}
    return given, typed_in(form, [*reader.asked.free] or [NOTE])


def _note(asked: Asked, replies: Mapping[str, str]) -> str:
    """Put what was answered in words together; several answers stand under their questions."""
    told = [(asked.free.get(name, ""), text) for name, text in replies.items() if text]
    if len(asked.free) < 2:
        return "".join(text for _, text in told)
    return "\n\n".join(f"{_shortened(question)}\n{text}" for question, text in told)


def _shortened(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"


def _errors(
    reader: Reader, given: Mapping[str, str], replies: Mapping[str, str], note: str
) -> dict[str, str]:
    asked = reader.asked
    problems = form_problems(asked.rules, asked.kind, asked.answers, given, note)
    found = {name: "required" for name in asked.free if not replies.get(name)}
    found |= {_input(asked, name): expected for name, expected in problems.items()}
    if len(note) > LONGEST_NOTE:
        found[max(replies, key=lambda name: len(replies[name]))] = "too_long"
    return {name: _say(reader, expected) for name, expected in found.items()}


def _refused(reader: Reader, problem: Problem) -> dict[str, str]:
    """Return what the ticket itself has against the answer, by the inputs."""
    if problem.errors:
        told = problem.errors.items()
        return {_input(reader.asked, name): _say(reader, expected) for name, expected in told}
    known = catalog("problems", reader.language)["problems"]
    return {"": known.get(problem.code, known["malformed"])}


def _input(asked: Asked, name: str) -> str:
    return next(iter(asked.free), NOTE) if name == NOTE else PREFIX + name


def _say(reader: Reader, expected: str) -> str:
    return sentence(reader.context.emails, reader.language, expected)


def _form(
    reader: Reader,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Show the questions with what was typed; a field that is wrong is shown, asked for or not."""
    asked, errors, language = reader.asked, errors or {}, reader.language
    wrong = [field for field in asked.form if PREFIX + field.name in errors]
    visible = [field for field in asked.form if field in asked.fields or field in wrong]
    fields = shown(visible, {**asked.known, **typed}, errors, language)
    labels = {field.name: field.label for field in fields}
    labels |= {name: _shortened(question) for name, question in asked.free.items()}
    labels |= (
        {} if asked.free else {NOTE: reader.said["form"]["note"].format(partner=asked.rules.name)}
    )
    zone, writes = asked.rules.market.zone, Writes(reader.context, language)
    content = {
        "number": reader.number,
        "partner": asked.rules.name,
        "answer_by": writes.day(asked.due_at.astimezone(zone).date()) if asked.due_at else "",
        "fields": fields,
        "free": asked.free,
        "typed": typed,
        "errors": errors,
        "summary": summed_up(labels, errors),
        "away": status == 503,
    }
    response = page(reader.request, "member/answer.html", "answer", language, content, status)
    if status == 503:
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return response


def _over(reader: Reader) -> Response:
    """Say that the answer is there, or that nothing is asked any more."""
    asked = reader.asked
    name, mood = _ANSWERED if asked.answered else _NOTHING
    values = {"partner": asked.rules.name, "number": reader.number}
    return notice(reader.request, "answer", name, mood, 200, asked.language, **values)
