"""Transaction channels of the tenant, and which one a posting names."""

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.wire import answer

Channel = dict[str, Any]


def blueprint(core: Core) -> Blueprint:
    door = Blueprint("channels", __name__, url_prefix="/api/organization/transactionChannels")

    @door.get("")
    def every() -> Response:
        return answer([described(channel) for channel in core.settings.names.channels])

    @door.get("/<channel_id>")
    def one(channel_id: str) -> Response:
        if channel_id not in core.settings.names.channels:
            raise Refusal(Code.INVALID_TRANSACTION_CHANNEL, f"there is no channel {channel_id}", 404)
        return answer(described(channel_id))

    return door


def described(channel_id: str) -> Channel:
    return {
        "encodedKey": key_of(channel_id),
        "id": channel_id,
        "name": channel_id,
        "state": "ACTIVE",
        "isDefault": False,
        "availableForAll": True,
    }


def key_of(channel_id: str) -> str:
    return hashlib.sha256(channel_id.encode()).hexdigest()[:32]


def named_channel(core: Core, details: Any) -> Mapping[str, str]:
    """`transactionDetails` as Mambu completes it, empty when no channel was named. Raises Refusal."""
    if details is None:
        return {}
    if not isinstance(details, dict) or set(details) - {"transactionChannelId", "transactionChannelKey"}:
        raise invalid("transactionDetails may have transactionChannelId and transactionChannelKey")
    known = {channel: key_of(channel) for channel in core.settings.names.channels}
    by_key = {key: channel for channel, key in known.items()}
    wanted = set()
    if (channel := details.get("transactionChannelId")) is not None:
        wanted.add(channel if channel in known else None)
    if (key := details.get("transactionChannelKey")) is not None:
        wanted.add(by_key.get(key))
    if None in wanted:
        raise Refusal(Code.INVALID_TRANSACTION_CHANNEL, "transactionDetails names no known channel")
    if len(wanted) > 1:
        raise Refusal(Code.INCONSISTENCY_BETWEEN_CHANNEL_KEY_AND_ID)
    return {"transactionChannelId": name, "transactionChannelKey": known[name]} if (name := _only(wanted)) else {}


def _only(names: set[str | None]) -> str:
    return next(iter(names), None) or ""
