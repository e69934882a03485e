"""The one call of a notification: JSON under a key that makes every repeat the same message."""

from collections.abc import Mapping
from typing import Any

import simplejson

from shared.domain.flows import Request, Step
from shared.domain.notification import Notification
from shared.domain.references import request_key


def key_of(notification: Notification) -> str:
    """Another one when a person has the notification sent again."""
    return request_key(notification.id, Step.SEND, notification.step(Step.SEND).generation)


def request_of(notification: Notification, path: str, body: Mapping[str, Any]) -> Request:
    return Request("POST", path, simplejson.dumps(body, separators=(",", ":")), key_of(notification))
