"""URLs and bodies with {PLACEHOLDERS}: what is wrong with one is said at set-up, and no value can change its form."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from shared.domain.hub.json_template import check_json, check_json_template, render_json
from shared.domain.hub.placeholders import PLACEHOLDER, sendable
from shared.domain.hub.subscription import ContentType
from shared.domain.hub.triggers import Trigger, placeholders_of
from shared.domain.hub.xml_template import check_xml, check_xml_template, render_xml


class TemplateError(ValueError):
    """A template that may not be stored; the text says what is wrong with it."""


class RenderError(ValueError):
    """What came of a template may not go out; the text says why."""


class _Form(NamedTuple):
    check_template: Callable[[str], None]
    render: Callable[[str, Mapping[str, str]], str]
    check: Callable[[str], None]


def check_template(text: str, content_type: ContentType, trigger: Trigger) -> None:
    """Whether every event of the trigger gives a well-formed body; "" stands for the event's own JSON.

    Raises TemplateError.
    """
    if not text and content_type is ContentType.XML:
        raise TemplateError(f"{content_type.value} needs a template, since an event's own text is JSON")
    if not text:
        return
    _check_names(text, trigger)
    try:
        _check_encoding(text)
        _FORMS[content_type].check_template(text)
    except ValueError as error:
        raise TemplateError(f"the template {error}") from error


def render_body(template: str, values: Mapping[str, str], content_type: ContentType) -> str:
    """The body, with values escaped as the content type wants it; a name without a value is empty text."""
    return _FORMS[content_type].render(template, values)


def check_rendered(body: str, content_type: ContentType) -> None:
    """Raises RenderError when a receiver could not read the body as what it is sent as."""
    try:
        _check_encoding(body)
        _FORMS[content_type].check(body)
    except ValueError as error:
        raise RenderError(f"the body {error}") from error


# An origin and a path, each without placeholders or with; the query is the rest.
_URL = re.compile(r"([^/?#\\]+://[^/?#\\]*)([^?#]*)(.*)", re.DOTALL)
# Some servers decode %2F, cut at ";" or take "\" for "/" before they look at dots.
_SEPARATOR = re.compile(r"[/\\;]")


def check_url_template(text: str, trigger: Trigger) -> None:
    """Placeholders may stand in path and query only; all else is destination.check_url's. Raises TemplateError."""
    _check_names(text, trigger)
    parts = _URL.fullmatch(text)
    if parts is None:
        raise TemplateError(f"the URL {text[:100]!r} is not absolute, like https://example.com/events")
    if PLACEHOLDER.search(parts[1]):
        raise TemplateError("the URL has a placeholder before its path: scheme, host and port are fixed text")


def render_url(template: str, values: Mapping[str, str]) -> str:
    """The URL with every value percent-encoded whole. Raises RenderError when a value would climb in the path."""
    parts = _URL.fullmatch(template)
    if parts is None:
        raise RenderError("the URL is not absolute; correct the subscription")
    origin, path, query = parts.groups()
    return origin + "/".join(_segment(segment, values) for segment in path.split("/")) + _encoded(query, values)


def _segment(segment: str, values: Mapping[str, str]) -> str:
    rendered = _encoded(segment, values)
    if rendered != segment and {".", ".."} & set(_SEPARATOR.split(unquote(rendered))):
        raise RenderError(f"the URL's segment {segment!r} would become {rendered[:100]!r}, another place in the path")
    return rendered


def _encoded(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda name: quote(sendable(values.get(name[1], "")), safe=""), text)


def _check_names(text: str, trigger: Trigger) -> None:
    known = placeholders_of(trigger)
    unknown = sorted(set(PLACEHOLDER.findall(text)) - known)
    if unknown:
        raise TemplateError(
            f"there is no {{{unknown[0]}}} for {trigger.value}; there are "
            + ", ".join(f"{{{name}}}" for name in sorted(known))
        )


def _check_encoding(text: str) -> None:
    if sendable(text) != text:
        raise ValueError("has half of a surrogate pair in it, which UTF-8 cannot carry")


def _anything(_text: str) -> None:
    """Plain text has no form to break."""


def _render_plain(template: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda name: sendable(values.get(name[1], "")), template)


_FORMS: Mapping[ContentType, _Form] = {
    ContentType.JSON: _Form(check_json_template, render_json, check_json),
    ContentType.XML: _Form(check_xml_template, render_xml, check_xml),
    ContentType.PLAIN: _Form(_anything, _render_plain, _anything),
}
