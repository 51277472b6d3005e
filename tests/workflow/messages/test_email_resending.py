"""A letter that was given up is sent again by an operator, while its ticket lasts and after."""

from activities.emails import EmailActivities
from adapters.email.renderer import LetterBook
from adapters.email.smtp import MailDoor
from local.mail_catcher.smtp import SmtpMode
from local.stack.ports import HOST
from tests.support.environment import Stage
from workflows.email_resending import resend_emails


async def again(stage: Stage, address: str | None = None) -> set[str]:
    """What becomes of the ticket's letters when an operator sends them again."""
    door = MailDoor(f"smtp://{HOST}:{stage.mail_wire.entrance}", "tickets@rewards.example")
    letters = EmailActivities(stage.postgres, LetterBook("help@rewards.example"), door)
    became = await resend_emails(stage.postgres, stage.client, letters, stage.number, address)
    return set(became.values())


async def test_a_running_ticket_asks_no_more_once_its_letter_has_left(stage: Stage) -> None:
    """The letter goes to the corrected address, under the one Message-ID that it has."""
    stage.mail.smtp = SmtpMode.REFUSE_FOR_GOOD
    await stage.file()
    await stage.stands("sent_to_partner", "mail_undeliverable")
    (refused,) = await again(stage)
    assert "5.1.1" in refused
    await stage.stands("sent_to_partner", "mail_undeliverable")
    stage.mail.smtp = SmtpMode.OK
    assert await again(stage, "jan@straße.de") == {"sent"}
    await stage.stands("sent_to_partner")
    (letter,) = stage.box.find()
    assert letter.to == "jan@xn--strae-oqa.de"
    assert stage.number in letter.message_id
    assert await again(stage) == set(), "nothing is left to send"
    await stage.partner_says("rejected", reason_code="order_not_found")
    await stage.ended()
    assert {one.to for one in stage.box.find()} == {"jan@xn--strae-oqa.de"}


async def test_a_ticket_that_has_ended_asks_no_more_either(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.got_letters("confirmation")
    stage.mail.smtp = SmtpMode.REFUSE_FOR_GOOD
    await stage.partner_says("rejected", reason_code="order_not_found")
    await stage.ended()
    await stage.stands("rejected", "mail_undeliverable")
    stage.mail.smtp = SmtpMode.OK
    assert await again(stage) == {"sent"}
    await stage.stands("rejected")
    await stage.got_letters("confirmation", "rejected")


async def test_another_letter_that_cannot_leave_keeps_the_ticket_asking(stage: Stage) -> None:
    stage.mail.smtp = SmtpMode.REFUSE_FOR_GOOD
    await stage.file()
    await stage.stands("sent_to_partner", "mail_undeliverable")
    await stage.partner_says("rejected", reason_code="order_not_found")
    await stage.ended()
    became = await again(stage)
    assert len(became) == 1
    assert "sent" not in became
    assert len(await stage.rows("letters", "key")) == 2
    await stage.stands("rejected", "mail_undeliverable")
