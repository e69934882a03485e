"""`python -m deploy.monitoring.dashboard` writes dashboard.json, which stands beside this file."""

import json
from pathlib import Path

from deploy.monitoring.panels import Panel, dashboard

FILE = Path(__file__).with_name("dashboard.json")

_WEBHOOKS = "causeway_listener_webhooks_total"
_REFUSED = "signature_invalid|credentials_invalid|api_key_invalid|token_invalid|sender_not_allowed"
_OURS = "store_unavailable|signer_unavailable|deadline_passed|unexpected|http_5.."
_SECONDS = 'causeway_listener_webhook_seconds_bucket{source="clearbank"}'
_API_SECONDS = "causeway_console_request_seconds"
_BANKS_TURN = "submitted|held|returning"
_OTHERS = "notification|event"
_LAST_DAY = 'causeway_credential_expires_timestamp_seconds{credential="clearbank-token"}'


def _rate(selector: str, by: str) -> str:
    return f"sum by ({by}) (rate({selector}[$__rate_interval]))"


def _told(selector: str, by: str = "") -> str:
    """A figure of the store: the same whoever tells it."""
    return f"max by ({by}) ({selector})" if by else f"max({selector})"


def _told_rate(counter: str, by: str) -> str:
    return f"max by ({by}) (rate({counter}[$__rate_interval]))"


def _answered_within(share: float) -> str:
    return f"histogram_quantile({share}, sum by (le) (rate({_SECONDS}[$__rate_interval])))"


ROWS = {
    "Is it well?": [
        Panel(
            "Oldest unfinished webhook",
            "Answered with 200 and neither finished nor parked. Seconds are usual; it rings at 10 minutes.",
            "s",
            {"age": _told('causeway_unfinished_receipts_oldest_seconds{waiting="false"}')},
            600,
            is_stat=True,
        ),
        Panel(
            "Longest in a state that it must leave",
            "Of disbursements, repayments and closures that are not parked, without those that wait for the bank.",
            "s",
            {"age": _told(f'causeway_moving_flows_oldest_seconds{{kind!~"{_OTHERS}", state!~"{_BANKS_TURN}"}}')},
            900,
            is_stat=True,
        ),
        Panel(
            "Waits for a person", "Parked receipts and flows.", "short",
            {"records": _told("causeway_parked_records")}, 1, is_stat=True,
        ),
        Panel(
            "Unmatched money", "Bank transactions that no loan claims.", "short",
            {"transactions": 'sum(max by (kind) (causeway_flows{state="unmatched"}))'}, 1, is_stat=True,
        ),
        Panel(
            "Bank token", "How long ClearBank's API token is good for, as CREDENTIAL_EXPIRY_DATES says.", "s",
            {"left": _told(_LAST_DAY) + " - time()"}, is_stat=True,
        ),
    ],
    "Webhooks": [
        Panel(
            "Taken", "By door; duplicates are repeats of what is stored.", "reqps",
            {"{{source}} {{result}}": _rate(f'{_WEBHOOKS}{{result=~"stored|duplicate|conflict"}}', "source, result")},
        ),
        Panel(
            "Refused and failed", "401: the sender is not proved. The others are errors of ours: the sender repeats.",
            "reqps",
            {
                "401 {{source}} {{result}}": _rate(f'{_WEBHOOKS}{{result=~"{_REFUSED}"}}', "source, result"),
                "5xx {{source}} {{result}}": _rate(f'{_WEBHOOKS}{{result=~"{_OURS}"}}', "source, result"),
            },
        ),
        Panel(
            "Time to answer ClearBank", "What comes after 5 s is ignored and the webhook sent again.", "s",
            {"median": _answered_within(0.5), "99 of 100": _answered_within(0.99)}, 4,
        ),
    ],
    "Payments": [
        Panel(
            "Under way", "Flows by kind and state, without those at an end.", "short",
            {"{{kind}} {{state}}": _told(
                'causeway_flows{kind!~"notification|event", state!~"settled|reversed|returned|posted|disabled|kept"}',
                "kind, state",
            )},
        ),
        Panel(
            "How long the first is in its state", "Without parked flows.", "s",
            {"{{kind}} {{state}}": _told("causeway_moving_flows_oldest_seconds", "kind, state") + " > 0"},
        ),
        Panel(
            "Calls that change something outside",
            "Attempts by step and outcome; an unknown one is repeated with the same bytes or looked up.",
            "ops",
            {"{{step}} {{outcome}}": _told_rate("causeway_effects_total", "step, outcome")},
        ),
    ],
    "Work": [
        Panel(
            "Tasks", "By what became of them; the sweep is one a second.", "ops",
            {"{{task}} {{outcome}}": _told_rate("causeway_tasks_total", "task, outcome")},
        ),
        Panel(
            "Queues", "Messages that no worker has taken, and those in the hands of one.", "short",
            {
                "{{queue}}": _told("causeway_queue_messages", "queue"),
                "in hand": _told("causeway_queue_unacknowledged"),
            },
        ),
        Panel(
            "Due", "Records that will be looked at again, and how late the sweeper is for the first.", "short",
            {"records": _told("causeway_due_records"), "seconds late": _told("causeway_sweeper_late_seconds")},
        ),
        Panel(
            "Parked by reason", "Of the 200 that wait longest; with what cannot be read, and what was no task of ours.",
            "short",
            {
                "{{what}} {{reason}}": _told("causeway_parked_by_reason", "what, reason"),
                "unreadable": _told("causeway_quarantined_records"),
                "poison": _told("causeway_poison_kept"),
            },
        ),
    ],
    "Signer": [
        Panel(
            "Signatures", "By door: webhook answers and bank calls.", "ops",
            {"{{door}} {{provider}}": _rate("causeway_signer_signatures_total", "door, provider")},
        ),
        Panel(
            "Time of the key", "One call in a hundred takes longer.", "s",
            {"{{door}}": "histogram_quantile(0.99, "
             "sum by (door, le) (rate(causeway_signer_call_seconds_bucket[$__rate_interval])))"},
        ),
        Panel(
            "Not signed", "Errors of the key, and callers that were refused.", "ops",
            {
                "key: {{reason}}": _rate("causeway_signer_key_errors_total", "reason"),
                "refused: {{reason}}": _rate("causeway_signer_refusals_total", "reason"),
            },
        ),
    ],
    "Outgoing webhooks": [
        Panel(
            "Deliveries", "By state; those that were given up can be resent.", "short",
            {"{{state}}": _told("causeway_deliveries", "state"), "unreadable": _told("causeway_deliveries_set_aside")},
        ),
        Panel(
            "Attempts", "By outcome.", "ops",
            {"{{outcome}}": _told_rate("causeway_delivery_attempts_total", "outcome")},
        ),
        Panel(
            "Late", "How long the first due delivery has waited to be taken.", "s",
            {"first due": _told("causeway_deliveries_late_seconds")}, 300,
        ),
    ],
    "Subscription API": [
        Panel(
            "Requests", "By answer; 401 and 403 are callers who are not known or may not, 5xx is ours.", "reqps",
            {"{{method}} {{path}} {{status}}": _rate(f"{_API_SECONDS}_count", "method, path, status")},
        ),
        Panel(
            "Time to answer", "One request in a hundred takes longer.", "s",
            {"{{path}}": "histogram_quantile(0.99, "
             f"sum by (path, le) (rate({_API_SECONDS}_bucket[$__rate_interval])))"},
        ),
    ],
    "Store": [
        Panel(
            "Memory", "Full, it takes no webhook; everything is kept in it.", "bytes",
            {
                "used": _told("causeway_store_memory_bytes"),
                "limit": _told("causeway_store_memory_limit_bytes") + " > 0",
            },
        ),
        Panel(
            "Keeps what it answered", "1 when its settings are right and its log is written.", "short",
            {
                "durable": "min(causeway_store_durable)",
                "log written": "min(causeway_store_log_written)",
                "replicas": _told("causeway_store_replicas"),
            },
        ),
        Panel(
            "Finished webhooks", "They are released RETENTION_DAYS after they were finished.", "short",
            {"receipts": _told("causeway_finished_receipts")},
        ),
    ],
}  # fmt: skip


def rendered() -> str:
    """What stands in the file."""
    return json.dumps(dashboard("Causeway", "causeway", ROWS), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(rendered())
