"""What a round says in the end: a table for people, or one JSON object for scripts."""

import json
from collections import Counter
from typing import Any

from rich.table import Table

from deploy.local.faults.findings import Wrong
from deploy.local.faults.records import OK
from deploy.local.faults.round import Result
from deploy.local.progress import output

_MOST_SHOWN = 40  # per kind; the JSON has all


def load_held(result: Result) -> dict[str, int]:
    """What the round carried, by its name."""
    webhooks, payments = result.records.webhooks, result.records.bank_payments
    return {
        "stories told": len(result.played.endings),
        "webhooks answered 200": sum(webhook.was_answered for webhook in webhooks),
        "attempts of senders": sum(len(webhook.statuses) for webhook in webhooks),
        "attempts not answered 200": sum(status != OK for webhook in webhooks for status in webhook.statuses),
        "payments ordered by the core": sum(not each.is_return for each in payments if each.direction == "debit"),
        "credits from outside": sum(not each.is_return for each in payments if each.direction == "credit"),
        "returns": sum(each.is_return for each in payments),
        "transactions in the core": len(result.records.core_transactions),
        "webhooks sent again afterwards": result.played.sent_again,
        "core webhooks sent again by hand": result.played.sent_by_hand,
        **_told(result),
    }


def _told(result: Result) -> dict[str, int]:
    """What subscribers were told."""
    deliveries = result.records.deliveries
    states = Counter(delivery.state for delivery in deliveries)
    return {
        "subscribers": len(result.records.subscribers),
        "events published": len(result.records.events),
        "deliveries sent": states["SENT"],
        "deliveries failed": states["FAILED"],
        "attempts at deliveries": sum(delivery.attempts for delivery in deliveries),
        "attempts not answered": sum(status is None for delivery in deliveries for status in delivery.statuses),
        "calls at receivers": len(result.records.arrivals),
        "longest seconds to a delivery's end": round(max((each.seconds for each in deliveries), default=0.0)),
    }


def as_json(result: Result) -> str:
    """All of it in one line."""
    size = result.plan.size
    document: dict[str, Any] = {
        "seed": result.plan.seed,
        "seconds": size.seconds,
        "load": size.load,
        "held": load_held(result),
        "faults": dict(sorted(result.played.faults.items())),
        "skipped": result.played.skipped,
        "restarts": result.restarts,
        "spoiled_answers": result.spoiled_answers,
        "load_seconds": round(result.load_seconds, 1),
        "recovery_seconds": round(result.recovery_seconds, 1),
    }
    for wrong in Wrong:
        document[wrong.value] = [{"id": each.id, "what": each.what} for each in result.of(wrong)]
    return json.dumps(document | {"ok": not result.findings})


def show(result: Result) -> None:
    console = output()
    size = result.plan.size
    title = f"Round of seed {result.plan.seed}, SECONDS={size.seconds:g} LOAD={size.load:g}"
    table = Table("", "what", "how many", title=title, title_justify="left")
    table.columns[2].justify = "right"
    _add(table, "load", load_held(result))
    faults = {**dict(sorted(result.played.faults.items())), "answers spoiled by bank and core": result.spoiled_answers}
    _add(table, "faults", {**faults, "processes started again": result.restarts})
    _add(table, "time", {"seconds of load": result.load_seconds, "seconds to recover": result.recovery_seconds})
    for wrong in Wrong:
        count = len(result.of(wrong))
        colour = "red" if count else "green"
        table.add_row(wrong.value, "", f"[{colour}]{count}[/{colour}]")
    console.print(table)
    for fault, reason in result.played.skipped.items():
        console.print(f"Left out: {fault}: {reason}.")
    for wrong in Wrong:
        findings = result.of(wrong)
        for finding in findings[:_MOST_SHOWN]:
            console.print(f"{wrong.value}: {finding.id}: {finding.what}", markup=False, soft_wrap=True)
        if len(findings) > _MOST_SHOWN:
            console.print(f"{wrong.value}: and {len(findings) - _MOST_SHOWN} more (FORMAT=json tells all)")


def _add(table: Table, section: str, rows: dict[str, int] | dict[str, float]) -> None:
    for number, (what, count) in enumerate(rows.items(), 1):
        shown = f"{count:,.1f}" if isinstance(count, float) else f"{count:,}"
        table.add_row(section if number == 1 else "", what, shown, end_section=number == len(rows))
