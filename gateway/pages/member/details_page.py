"""Renders step 3 of the form: the partner's own fields, with values and errors (R17–R19)."""

from collections.abc import Mapping

from fastapi.responses import Response

from domain.values.email_addresses import requires_smtputf8
from gateway.http.problems import RETRY_AFTER_SECONDS
from gateway.i18n import catalog
from gateway.pages.csrf import csrf_token
from gateway.pages.form_fields import FormValues, error_summary, render_fields
from gateway.pages.member.access import MemberRequest
from gateway.pages.member.claim_form import DATE_FIELD, TIME_FIELD, ClaimForm
from gateway.pages.member.claimable_options import render_options


def details_page(
    member: MemberRequest,
    form: ClaimForm,
    values: FormValues,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Render the form with `values`, and with each error at its field and at the top.

    With status 503 the page says that nothing was sent yet.
    """
    errors, language, context = errors or {}, member.language, member.context
    fields = render_fields(form.fields, values, errors, language)
    texts = catalog("member", language)["details"]
    labels = {DATE_FIELD: texts["ordered_on"], TIME_FIELD: texts["ordered_time"]}
    labels |= {field.name: field.label for field in fields}
    zone, email = form.rules.market.zone, member.contact.email or ""
    response = member.render(
        "step_details.html",
        status,
        csrf_token=csrf_token(context, member.session),
        option=render_options(context, language, [form.choice])[0],
        form=form,
        values=values,
        errors=errors,
        summary=error_summary(labels, errors),
        fields=fields,
        clicked_on=member.formatter.format_date(form.choice.clicked_on),
        today=context.now.astimezone(zone).date().isoformat(),
        is_unavailable=status == 503,
        email="" if requires_smtputf8(email) else email,
    )
    if status == 503:
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return response
