"""The notification document (NOTIFICATION_SETUP_FILE): what the lender's people are told, and how."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, post_load, validates_schema

from shared.domain.notification import Flag
from shared.runtime.document_fields import DocumentSchema, Switch, Text, load_document
from shared.runtime.settings import SettingsError, SettingsReader


class Channel(StrEnum):
    """How people are told: a task in Mambu, a call of the lender's own URL, a ticket in ZenDesk."""

    TASK = "task"
    URL = "URL"
    ZENDESK = "zenDesk"


@dataclass(frozen=True)
class TaskAccess:
    """Whom a task goes to that names nobody: the encoded key of a Mambu user, None for nobody."""

    default_assignee_key: str | None


@dataclass(frozen=True)
class UrlAccess:
    """The URL may hold a secret in its query."""

    url: str = field(repr=False)
    api_key: str = field(repr=False)


@dataclass(frozen=True)
class ZenDeskAccess:
    """`url` is where ZenDesk's API is, without `/api`."""

    url: str
    login: str
    api_key: str = field(repr=False)
    group_id: int


@dataclass(frozen=True)
class NotificationDocument:
    """`told` are the switches that are on, `access` is what the chosen channel needs."""

    config_reference: str
    told: frozenset[Flag]
    access: TaskAccess | UrlAccess | ZenDeskAccess


def load_notification_document(path: Path) -> NotificationDocument:
    """Raises SettingsError with one sentence for every key that is wrong."""
    document: NotificationDocument = load_document(path, NotificationSchema(), "NOTIFICATION_SETUP_FILE")
    return document


def read_notification_document(reader: SettingsReader) -> NotificationDocument | None:
    """The document that NOTIFICATION_SETUP_FILE names; None when it is not given: then nobody is told anything.

    Faults are gathered in the reader.
    """
    path = reader.optional_file("NOTIFICATION_SETUP_FILE")
    if path is None or path == Path():
        return None
    try:
        return load_notification_document(path)
    except SettingsError as error:
        reader.add_fault(*error.faults)
        return None


class _Channel(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in list(Channel):
            raise ValidationError(f"must be one of {', '.join(Channel)}.")
        return Channel(text)


class _Number(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not re.fullmatch(r"[0-9]{1,18}", text):
            raise ValidationError("must be a whole number, as text.")
        return int(text) if text else None


class _HeaderText(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not re.fullmatch(r"[\x21-\x7e]+", text):
            raise ValidationError("must be ASCII without spaces: it goes into a header.")
        return text


class _SecureUrl(Text):
    """Secrets go over it, so only to this machine without TLS."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not _is_secure(text):
            raise ValidationError("must be an https URL, or an http URL of this machine itself.")
        return text


class _Subdomain(Text):
    """The name before .zendesk.com, or the whole URL where a proxy or an imitation stands in for it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and re.fullmatch(r"[A-Za-z0-9-]+", text):
            return f"https://{text}.zendesk.com"
        if text and (not _is_secure(text) or "?" in text):
            raise ValidationError("must be the name before .zendesk.com, or a plain https URL.")
        return text.rstrip("/") if text else None


class NotificationSchema(DocumentSchema):
    document = "notification document"

    class Meta(DocumentSchema.Meta):
        include = {flag.value: Switch(load_default=False) for flag in Flag}

    config_reference = Text(data_key="notificationConfigReference", required=True)
    channel = _Channel(data_key="notificationChannel", required=True)
    webhook_url = _SecureUrl(data_key="webhookUrl")
    webhook_api_key = _HeaderText(data_key="webhookAPIKey")
    zendesk_api_key = Text(data_key="zenDeskAPIKey")
    zendesk_group_id = _Number(data_key="zenDeskGroupId")
    zendesk_login = Text(data_key="zenDeskLogin")
    zendesk_url = _Subdomain(data_key="zenDeskSubdomain")
    default_task_assignee_key = Text(data_key="defaultTaskAssigneeKey")

    @validates_schema(skip_on_field_errors=False)
    def _check_what_the_channel_needs(self, data: Mapping[str, Any], **_: Any) -> None:
        channel = data.get("channel")
        absent = [self.fields[name].data_key or name for name in _NEEDED.get(channel, ()) if data.get(name) is None]
        if absent:
            raise ValidationError(
                {key: [f"is missing or empty, and the channel {channel} needs it."] for key in absent}
            )

    @post_load
    def _freeze(self, data: Mapping[str, Any], **_: Any) -> NotificationDocument:
        access: TaskAccess | UrlAccess | ZenDeskAccess
        match data["channel"]:
            case Channel.URL:
                access = UrlAccess(data["webhook_url"], data["webhook_api_key"])
            case Channel.ZENDESK:
                access = ZenDeskAccess(*(data[name] for name in _NEEDED[Channel.ZENDESK]))
            case _:
                access = TaskAccess(data.get("default_task_assignee_key"))
        return NotificationDocument(data["config_reference"], frozenset(flag for flag in Flag if data[flag]), access)


_NEEDED: Mapping[Channel | None, tuple[str, ...]] = {
    Channel.URL: ("webhook_url", "webhook_api_key"),
    Channel.ZENDESK: ("zendesk_url", "zendesk_login", "zendesk_api_key", "zendesk_group_id"),
}


def _is_secure(text: str) -> bool:
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        return False
    if not host or url.username is not None or url.fragment or re.search(r"\s", text):
        return False
    return url.scheme == "https" or (url.scheme == "http" and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
