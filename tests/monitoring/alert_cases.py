"""What happened, minute by minute, and which alert must ring for it. Each alert has a story that rings it and one that
must not.

Values are in promtool's notation: `0+10x60` begins at 0 and gains 10 a minute for 60 minutes; `_` is a minute without a
sample.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Case:
    """At `minute`, does the alert fire with this severity?"""

    alert: str
    severity: str
    story: str
    series: Mapping[str, str]
    fires: bool
    minute: int = 60


def rings(alert: str, severity: str, story: str, *series: Mapping[str, str], minute: int = 60) -> Case:
    return Case(alert, severity, story, _named(series), True, minute)


def silent(alert: str, severity: str, story: str, *series: Mapping[str, str], minute: int = 60) -> Case:
    return Case(alert, severity, story, _named(series), False, minute)


def _named(series: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    return {
        name if name.startswith("up{") else f"causeway_{name}": values
        for some in series
        for name, values in some.items()
    }


def _always(value: float, minutes: int = 120) -> str:
    return f"{value}+0x{minutes}"


def _answers(**within: str) -> dict[str, str]:
    """Histogram of the bank's door: how many were answered within so many seconds (`s1` is 1 s), and in all."""
    name, source = "listener_webhook_seconds", 'source="clearbank"'
    all_answers = within.pop("all")
    return {
        **{f'{name}_bucket{{{source}, le="{key[1:]}.0"}}': values for key, values in within.items()},
        f'{name}_bucket{{{source}, le="+Inf"}}': all_answers,
        f"{name}_count{{{source}}}": all_answers,
    }


def _webhooks(result: str, values: str, source: str = "clearbank") -> dict[str, str]:
    return {f'listener_webhooks_total{{source="{source}", result="{result}"}}': values}


def _worked(task: str, values: str, outcome: str = "done") -> dict[str, str]:
    return {f'tasks_total{{task="causeway.{task}", outcome="{outcome}"}}': values}


def _moving(kind: str, state: str, seconds: float) -> dict[str, str]:
    return {f'moving_flows_oldest_seconds{{kind="{kind}", state="{state}"}}': _always(seconds)}


def _unmatched(seconds: float) -> dict[str, str]:
    return {'flows_oldest_seconds{kind="repayment", state="unmatched"}': _always(seconds)}


def _receipt(waiting: str, seconds: float) -> dict[str, str]:
    return {f'unfinished_receipts_oldest_seconds{{waiting="{waiting}"}}': _always(seconds)}


def _expires_in(days: float, credential: str) -> dict[str, str]:
    """promtool's clock begins at 0 in 1970."""
    return {f'credential_expires_timestamp_seconds{{credential="{credential}"}}': _always(days * DAY_SECONDS)}


def _memory(used: float, limit: float) -> dict[str, str]:
    return {"store_memory_bytes": _always(used), "store_memory_limit_bytes": _always(limit)}


def _log(durable: int, written: int) -> dict[str, str]:
    return {"store_durable": _always(durable), "store_log_written": _always(written)}


def _up(*values: str, job: str = "causeway-listener") -> dict[str, str]:
    return {f'up{{job="{job}", instance="{number}"}}': value for number, value in enumerate(values)}


_OTHERS_UP = _up(_always(1), job="causeway-signer") | _up(_always(1), job="causeway-worker-metrics")
_SWEPT = "0+60x120"

CASES = (
    rings(
        "NonceAnswersNearLimit",
        "warning",
        "a tenth takes over 1 s",
        _answers(s1="0+90x120", s2="0+100x120", all="0+100x120"),
    ),
    silent(
        "NonceAnswersNearLimit",
        "warning",
        "all take less than 1 s",
        _answers(s1="0+100x120", s2="0+100x120", all="0+100x120"),
    ),
    rings(
        "NonceAnswersNearLimit",
        "critical",
        "one in a hundred takes over 4 s",
        _answers(s4="0+99x120", all="0+100x120"),
    ),
    silent("NonceAnswersNearLimit", "critical", "all take less than 4 s", _answers(s4="0+100x120", all="0+100x120")),
    rings("WebhooksNotTaken", "critical", "the store is away", _webhooks("store_unavailable", "0+2x120")),
    silent(
        "WebhooksNotTaken", "critical", "it was away an hour ago", _webhooks("store_unavailable", "0+2x10 20+0x100")
    ),
    silent("WebhooksNotTaken", "critical", "a sender sends what is no JSON", _webhooks("not_json", "0+2x120")),
    rings(
        "WebhooksRefusedUnauthorised",
        "warning",
        "forged ones among the good",
        _webhooks("stored", "0+9x120"),
        _webhooks("signature_invalid", "0+1x120"),
    ),
    silent("WebhooksRefusedUnauthorised", "warning", "one stray call", _webhooks("signature_invalid", "0+0x55 1+0x60")),
    rings(
        "WebhooksRefusedUnauthorised",
        "critical",
        "the bank has changed its key",
        _webhooks("stored", "0+9x10 90+0x110"),
        _webhooks("signature_invalid", "0+1x120"),
    ),
    silent(
        "WebhooksRefusedUnauthorised",
        "critical",
        "forged ones among the good",
        _webhooks("stored", "0+9x120"),
        _webhooks("signature_invalid", "0+1x120"),
    ),
    rings(
        "WebhooksTakenWithoutProgress",
        "critical",
        "no worker works",
        _webhooks("stored", "0+5x120"),
        _worked("receive_webhook", _always(7)),
    ),
    rings("WebhooksTakenWithoutProgress", "critical", "none ever worked", _webhooks("stored", "0+5x120")),
    silent(
        "WebhooksTakenWithoutProgress",
        "critical",
        "they work",
        _webhooks("stored", "0+5x120"),
        _worked("receive_webhook", "0+5x120"),
    ),
    silent(
        "WebhooksTakenWithoutProgress",
        "critical",
        "nothing comes",
        _webhooks("stored", _always(5)),
        _worked("receive_webhook", _always(7)),
    ),
    rings("OldestReceiptUnfinished", "critical", "11 minutes and not worked on", _receipt("false", 660)),
    silent(
        "OldestReceiptUnfinished",
        "critical",
        "it waits for its payment",
        _receipt("false", 60),
        _receipt("true", 7200),
    ),
    rings(
        "OldestReceiptUnfinished",
        "warning",
        "it waits for its payment since yesterday morning",
        _receipt("true", 27 * 3600),
    ),
    silent("OldestReceiptUnfinished", "warning", "it waits for its payment since an hour", _receipt("true", 3600)),
    rings("OldestPaymentStuck", "warning", "20 minutes submitting", _moving("disbursement", "submitting", 1200)),
    rings(
        "OldestPaymentStuck",
        "warning",
        "submitted two days ago",
        _moving("disbursement", "submitted", 2 * DAY_SECONDS),
    ),
    silent("OldestPaymentStuck", "warning", "submitted an hour ago", _moving("disbursement", "submitted", 3600)),
    silent("OldestPaymentStuck", "warning", "a notification waits", _moving("notification", "addressed", DAY_SECONDS)),
    rings("OldestPaymentStuck", "critical", "posting for five hours", _moving("repayment", "posting", 5 * 3600)),
    silent("OldestPaymentStuck", "critical", "posting for an hour", _moving("repayment", "posting", 3600)),
    rings("NotificationsNotDelivered", "warning", "two hours", _moving("notification", "addressed", 7200)),
    rings("NotificationsNotDelivered", "warning", "an event, two hours", _moving("event", "received", 7200)),
    silent("NotificationsNotDelivered", "warning", "a minute", _moving("notification", "addressed", 60)),
    rings(
        "WorkParked",
        "warning",
        "one webhook in conflict",
        {'parked_by_reason{what="receipt", reason="conflict"}': _always(1)},
    ),
    silent(
        "WorkParked",
        "warning",
        "a person has seen to it",
        {'parked_by_reason{what="receipt", reason="conflict"}': "1+0x20 _x100"},
    ),
    rings("WorkParked", "critical", "for two days", {"parked_oldest_seconds": _always(2 * DAY_SECONDS)}),
    silent("WorkParked", "critical", "for an hour", {"parked_oldest_seconds": _always(3600)}),
    rings("UnmatchedMoneyWaiting", "warning", "since this morning", _unmatched(5 * 3600)),
    silent("UnmatchedMoneyWaiting", "warning", "since a minute", _unmatched(60)),
    rings("UnmatchedMoneyWaiting", "critical", "for four days", _unmatched(4 * DAY_SECONDS)),
    silent("UnmatchedMoneyWaiting", "critical", "since this morning", _unmatched(5 * 3600)),
    rings("RecordsQuarantined", "critical", "one", {"quarantined_records": _always(1)}),
    rings("RecordsQuarantined", "critical", "a delivery", {"deliveries_set_aside": _always(1)}),
    silent("RecordsQuarantined", "critical", "none", {"quarantined_records": _always(0)}),
    rings("TasksFailing", "warning", "one a minute", _worked("advance", "0+1x120", "failed")),
    silent("TasksFailing", "warning", "one in an hour", _worked("advance", "0+0x40 1+0x80", "failed")),
    rings("BeatSilent", "critical", "no sweep since half an hour", _worked("sweep", "0+60x30 1800+0x90")),
    rings("BeatSilent", "critical", "no sweep ever", {"due_records": _always(0)}),
    rings(
        "BeatSilent",
        "critical",
        "what is due is taken late",
        _worked("sweep", _SWEPT),
        {"sweeper_late_seconds": _always(300)},
    ),
    silent(
        "BeatSilent",
        "critical",
        "a sweep each second",
        _worked("sweep", _SWEPT),
        {"sweeper_late_seconds": _always(1)},
        {"due_records": _always(3)},
    ),
    rings("QueueGrowing", "warning", "ten more each minute", {'queue_messages{queue="inbound"}': "0+10x120"}),
    silent("QueueGrowing", "warning", "it is being worked off", {'queue_messages{queue="inbound"}': "2000-10x120"}),
    rings("QueueGrowing", "critical", "twenty thousand", {'queue_messages{queue="inbound"}': _always(20_000)}),
    silent("QueueGrowing", "critical", "a thousand", {'queue_messages{queue="inbound"}': _always(1_000)}),
    rings("PoisonInQueue", "warning", "the first ever", {'poison_total{reason="not_json"}': "_x50 1+0x60"}),
    rings("PoisonInQueue", "warning", "one more", {'poison_total{reason="not_json"}': "3+0x50 4+0x60"}),
    silent("PoisonInQueue", "warning", "yesterday's", {'poison_total{reason="not_json"}': _always(3)}, minute=100),
    rings("DeliveriesFailing", "warning", "nobody takes them", {"deliveries_late_seconds": _always(600)}),
    rings("DeliveriesFailing", "warning", "some were given up", {'deliveries{state="FAILED"}': "0+1x120"}),
    rings(
        "DeliveriesFailing",
        "warning",
        "most attempts fail",
        {
            'delivery_attempts_total{outcome="missed"}': "0+9x120",
            'delivery_attempts_total{outcome="taken"}': "0+1x120",
        },
    ),
    silent(
        "DeliveriesFailing",
        "warning",
        "old failures, and a few attempts fail",
        {
            'deliveries{state="FAILED"}': _always(9),
            'delivery_attempts_total{outcome="missed"}': "0+1x120",
            'delivery_attempts_total{outcome="taken"}': "0+9x120",
        },
    ),
    rings(
        "SignerErrors",
        "warning",
        "the device does not answer",
        {'signer_key_errors_total{provider="pkcs11", reason="timeout"}': "0+1x120"},
    ),
    rings("SignerErrors", "warning", "a caller has an old token", {'signer_refusals_total{reason="token"}': "0+1x120"}),
    silent(
        "SignerErrors",
        "warning",
        "an error an hour ago",
        {'signer_key_errors_total{provider="pkcs11", reason="timeout"}': "0+0x5 1+0x115"},
    ),
    rings(
        "SignerErrors",
        "critical",
        "the active key does not sign",
        {'signer_key_ready{provider="file", key_id="a", active="true"}': _always(0)},
    ),
    silent(
        "SignerErrors",
        "critical",
        "another key does not",
        {
            'signer_key_ready{provider="file", key_id="a", active="true"}': _always(1),
            'signer_key_ready{provider="file", key_id="b", active="false"}': _always(0),
        },
    ),
    rings("BankTokenExpiring", "warning", "20 days", _expires_in(20, "clearbank-token")),
    silent("BankTokenExpiring", "warning", "half a year", _expires_in(180, "clearbank-token")),
    rings("BankTokenExpiring", "critical", "it is over", _expires_in(0, "clearbank-token")),
    silent("BankTokenExpiring", "critical", "20 days", _expires_in(20, "clearbank-token")),
    rings("BankTokenExpiryUnknown", "info", "no date is set", {"due_records": _always(0)}, minute=90),
    silent(
        "BankTokenExpiryUnknown",
        "info",
        "a date is set",
        {"due_records": _always(0)},
        _expires_in(180, "clearbank-token"),
        minute=90,
    ),
    rings("CertificateExpiring", "warning", "20 days", _expires_in(20, "clearbank-public-key")),
    silent("CertificateExpiring", "warning", "half a year", _expires_in(180, "clearbank-public-key")),
    rings("CertificateExpiring", "critical", "3 days", _expires_in(3, "clearbank-public-key")),
    silent("CertificateExpiring", "critical", "the token's is another's", _expires_in(3, "clearbank-token")),
    rings("StoreNotDurable", "critical", "the log was turned off", _log(0, 1)),
    rings("StoreNotDurable", "critical", "the disk is full", _log(1, 0)),
    silent("StoreNotDurable", "critical", "all is written", _log(1, 1)),
    rings("StoreMemoryHigh", "warning", "four fifths", _memory(800, 1000)),
    silent("StoreMemoryHigh", "warning", "a half", _memory(500, 1000)),
    silent("StoreMemoryHigh", "warning", "no limit is set", _memory(500, 0)),
    rings("StoreMemoryHigh", "critical", "nearly all", _memory(950, 1000)),
    silent("StoreMemoryHigh", "critical", "four fifths", _memory(800, 1000)),
    rings("TargetDown", "warning", "one of two listeners", _up(_always(1), _always(0))),
    silent("TargetDown", "warning", "all are up", _up(_always(1), _always(1))),
    rings("TargetDown", "critical", "both listeners", _up(_always(0), _always(0)), _OTHERS_UP),
    rings("TargetDown", "critical", "no listener is known", _OTHERS_UP),
    silent("TargetDown", "critical", "one of two listeners", _up(_always(1), _always(0)), _OTHERS_UP),
)
