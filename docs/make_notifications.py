"""Writes docs/notifications.md from the problems that are told: `python -m docs.make_notifications`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from services.worker.adapters.notifiers.text import message_of
from shared.domain.advice import CODES, Advice
from shared.domain.disbursement import Disbursement, DisbursementOrder
from shared.domain.events import PaymentRejected
from shared.domain.notification import Flag
from shared.domain.problems import notices
from shared.domain.state_problems import CHANGES
from shared.domain.step_problems import STEPS, Problem
from shared.domain.transitions import DisbursementState

PAGE = Path(__file__).with_name("notifications.md")

HEAD = """\
# Notifications

Written by `python -m docs.make_notifications` from the code; do not edit, a test compares.

`NOTIFICATION_SETUP_FILE` names a JSON document that says how the lender's people are told of a problem, and which
problems they are told of; its keys stand in [settings.md](settings.md#the-notification-document). Without it nobody is
told anything, and the problems are only in the log and in the flows' histories.

A problem is told once, however often it is met. When a person has a step done again and it fails again, that is a new
problem. A notification that cannot be delivered is repeated for a day under one key and then waits for a person; it
never holds up or fails the payment it speaks of.
"""

CHANNELS = """\
## The three channels

**`task`**: a task in Mambu with the text as its description, due on the day it is made, linked to the loan where one is
known. It goes to the user whom the disbursement's webhook names (`assignedLoanUser`), else to the user in the loan's
custom field `mambuAssignedLoanUserCFieldId`, else to `defaultTaskAssigneeKey`. Mambu keeps a repeated task single for 6
hours; should its answer stay unknown for longer, a second task may be made.

**`zenDesk`**: a ticket in the group `zenDeskGroupId`, of priority `high` where money may have moved otherwise than the
records say, else `normal`, tagged `causeway` and with the switches that tell it. Its external id is the notification's
id. ZenDesk keeps a repeated ticket single for 2 hours; after that the ticket is looked for by its external id before it
is made again. `zenDeskLogin` is the e-mail address of an agent, `zenDeskAPIKey` an API token; `zenDeskSubdomain` is the
name before `.zendesk.com`, or a whole URL where a proxy stands in for ZenDesk.

**`URL`**: a POST to `webhookUrl` with the headers `x-api-key` (`webhookAPIKey`) and `x-notifications-idempotency-key`,
and a JSON object with `idempotencyKey about code subject text loanId amountPence reason advice link`; what is not known
is null. Any 2xx is a success. 408, 429 and 503 are tried again, `Retry-After` is kept; 5xx and lost answers are
repeated under the same key, by which the receiver knows a repeat. Every other answer, a redirect too, waits for a
person. The URL must be https, except on the same machine.
"""


def page() -> str:
    """The whole page, as text."""
    return "\n".join([HEAD, *_switches(), "", CHANNELS, *_example(), "", *_codes(), ""])


def problems() -> list[Problem]:
    """Every problem of a flow that can be told, each once."""
    changes = (problem for kind in CHANGES.values() for problem in kind.values())
    return list(dict.fromkeys([*changes, *STEPS.values()]))


def _switches() -> Iterator[str]:
    yield "## What each switch tells"
    yield ""
    yield "Where several switches tell a problem, one of them is enough. A switch that is missing is off."
    yield ""
    yield "| switch | what is told | what to do |"
    yield "|---|---|---|"
    for flag in Flag:
        for problem in problems():
            if flag in problem.flags:
                yield f"| `{flag}` | {problem.what} | {problem.advice or 'what the code advises, see below'} |"
    yield "| none, always told | a webhook that contradicts our records or could not be dealt with | see the webhook |"
    yield "| none, always told | what the bank announces and nothing follows from by itself | as the message says |"


def _example() -> Iterator[str]:
    order = DisbursementOrder(
        transaction_key="8a8187366a01d4a1016a023792a50001",
        loan_id="LOAN1",
        channel="MBU_Loan_Disbursement_FPS",
        amount_pence=150_000,
        currency="GBP",
        creditor_iban="GB82WEST12345698765432",
        creditor_name="Ada Lovelace",
    )
    submitted = replace(Disbursement.ordered(order), state=DisbursementState.SUBMITTED)
    [notice] = notices(submitted, submitted.apply(PaymentRejected("AC03", "Invalid creditor account number")))
    message = message_of(notice, "https://console.lender.example")
    yield "## An example"
    yield ""
    yield f"Subject: {message.subject}"
    yield ""
    yield f"```\n{message.body}```"


def _codes() -> Iterator[str]:
    yield "## What the bank's codes advise"
    yield ""
    yield "A retry is always a new disbursement in Mambu: the one that failed is reversed. The advice is ClearBank's"
    yield "where it publishes one, else our reading."
    yield ""
    for advice in Advice:
        yield f"- *{advice}*: {advice.sentence}"
    yield ""
    yield "| code | meaning | advice |"
    yield "|---|---|---|"
    for code, explanation in sorted(CODES.items(), key=lambda item: item[0].casefold()):
        yield f"| `{code}` | {explanation.meaning} | {explanation.advice} |"
    yield f"| any other | a code that is not in this list | {Advice.PERSON} |"
    yield ""
    yield "`assessment_failed` and `validation_failed` are no codes of the bank: they stand for a payment message that"
    yield "failed after it was taken. A lack of funds among its reasons is worth a retry, a duplicate is for a person."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
