import base64
import json
from typing import Any

from shared.messages import queues, tasks
from shared.runtime.envelope import EnvelopeTemplate

TEMPLATE = EnvelopeTemplate(tasks.RECEIVE_WEBHOOK)


def filled(argument: str = "receipt-1") -> dict[str, Any]:
    element: dict[str, Any] = json.loads(TEMPLATE.fill(argument))
    return element


def test_the_argument_is_the_only_one_and_is_shown_in_the_headers() -> None:
    element = filled()
    arguments, keywords, _ = json.loads(base64.b64decode(element["body"]))
    assert (arguments, keywords) == (["receipt-1"], {})
    assert element["headers"]["argsrepr"] == "('receipt-1',)"


def test_every_element_has_a_task_id_and_a_delivery_tag_of_its_own() -> None:
    first, second = filled(), filled()
    for one in (first, second):
        headers, properties = one["headers"], one["properties"]
        assert headers["id"] == headers["root_id"] == properties["correlation_id"] != properties["delivery_tag"]
    assert first["headers"]["id"] != second["headers"]["id"]
    assert first["properties"]["delivery_tag"] != second["properties"]["delivery_tag"]


def test_it_names_the_task_and_its_queue_and_no_time() -> None:
    element = filled()
    assert element["headers"]["task"] == tasks.RECEIVE_WEBHOOK
    assert element["properties"]["delivery_info"]["routing_key"] == queues.INBOUND
    assert element["headers"]["eta"] is None
    assert element["headers"]["expires"] is None
