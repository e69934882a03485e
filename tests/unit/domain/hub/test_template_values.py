"""Whatever an event's values hold, a body keeps the structure that its template has."""

import json
from typing import Any
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import fromstring as parse_xml

from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.hub.subscription import ContentType
from shared.domain.hub.template import check_rendered, check_template, render_body
from shared.domain.hub.triggers import Trigger

NASTY = st.sampled_from(
    [
        *('"', "\\", "'", "\\u0022", "{EVENT_ID}", "{", "}", "\n", "\r\n", "\t", "]]>", "<![CDATA[", "-->"),
        *("<!--", "&"),
        *("&lt;", "<", ">", "</a>", "<?", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\ud800", "\udfff", "\ufffe"),
        *("\uffff", "\u202e", "\ufeff", '","admin":true,"x":"', "1}", "-", "1e5", ",", "]", "true", "null", "NaN"),
        *("50.00", "\U0001f4b7"),
    ]
)
VALUE = st.lists(NASTY | st.text(st.characters(), max_size=5), max_size=6).map("".join)
VALUES = st.fixed_dictionaries({"REASON": VALUE, "COUNTERPART_NAME": VALUE})

JSON_TEMPLATE = (
    '{ "a" : "{REASON}", "b":["x{REASON}y{COUNTERPART_NAME}", {COUNTERPART_NAME}],'
    ' "c":{"d":{REASON}, "\\"" : "\\\\{REASON}"} }'
)
XML_TEMPLATE = (
    '<?xml version="1.0"?><a b="{REASON}" c=\'x{COUNTERPART_NAME}\'>{REASON}<d/>]]{COUNTERPART_NAME}<!-- e --></a>'
)
ATTACK = {"REASON": '","admin":true,"x":"', "COUNTERPART_NAME": '></a><a b="\x00]]>'}


def as_carried(value: str) -> str:
    """What UTF-8 can carry of it."""
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in value)


def as_xml_carries(value: str) -> str:
    """What XML 1.0 can carry of it."""
    illegal = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}
    return "".join("\ufffd" if character in illegal else character for character in as_carried(value))


def plainly(value: Any) -> str:
    """A leaf as text: outside of quotes a number stays one."""
    return value if isinstance(value, str) else str(value[0])


@given(VALUES)
@example(ATTACK)
def test_json_has_the_members_of_its_template_and_each_value_whole(values: dict[str, str]) -> None:
    body = render_body(JSON_TEMPLATE, values, ContentType.JSON)
    check_rendered(body, ContentType.JSON)

    reason, name = as_carried(values["REASON"]), as_carried(values["COUNTERPART_NAME"])
    read = json.loads(body.encode(), parse_int=lambda text: (text,), parse_float=lambda text: (text,))
    assert list(read) == ["a", "b", "c"]
    assert list(read["c"]) == ["d", '"']
    assert (read["a"], read["b"][0], read["c"]['"']) == (reason, f"x{reason}y{name}", f"\\{reason}")
    assert [plainly(read["b"][1]), plainly(read["c"]["d"])] == [name, reason]
    assert len(read["b"]) == 2


@given(VALUES)
@example(ATTACK)
def test_xml_has_the_elements_and_attributes_of_its_template_and_each_value_whole(values: dict[str, str]) -> None:
    body = render_body(XML_TEMPLATE, values, ContentType.XML)
    check_rendered(body, ContentType.XML)

    reason, name = as_xml_carries(values["REASON"]), as_xml_carries(values["COUNTERPART_NAME"])
    read: Element = parse_xml(body.encode())  # noqa: S314 - our own, and check_rendered refuses a DTD
    assert (read.tag, [child.tag for child in read]) == ("a", ["d"])
    assert read.attrib == {"b": reason, "c": f"x{name}"}
    assert ((read.text or ""), (read[0].tail or "")) == (reason, f"]]{name}")


@given(VALUES)
def test_plain_text_takes_each_value_as_it_is(values: dict[str, str]) -> None:
    body = render_body("a {REASON}\r\n{COUNTERPART_NAME}.", values, ContentType.PLAIN)

    assert body == f"a {as_carried(values['REASON'])}\r\n{as_carried(values['COUNTERPART_NAME'])}."
    assert body.encode()


def test_the_templates_of_these_properties_are_such_as_may_be_set_up() -> None:
    check_template(JSON_TEMPLATE, ContentType.JSON, Trigger.PAYMENT_REJECTED)
    check_template(XML_TEMPLATE, ContentType.XML, Trigger.PAYMENT_REJECTED)


PIECE = st.sampled_from(["{REASON}", '"', "\\", "u", "0", "1", "-", ".", ",", ":", "[", "]", "{", "}", " ", '"a"'])
TEMPLATE = st.lists(PIECE, max_size=6).map(lambda pieces: f"[{''.join(pieces)}]")
XML_PIECE = st.sampled_from(
    [
        *("{REASON}", "<a>", "</a>", "<a ", "<!--", "-->", "<![CDATA[", "]]>", "<?b ", "?>", "=", '"', "'", "&", "#"),
        *(";", ">", "x"),
    ]
)
XML_FRAME = st.sampled_from(["<r>{}</r>", "<r a='{}'/>", "<r><!--{}--></r>", "<r>{REASON}{}</r>"])


@given(TEMPLATE | TEMPLATE.map(lambda text: f'{{"a":"{text[1:-1]}"}}'), VALUE)
@example('["\\{REASON}"]', "n")
@example('{"{REASON}":1}', "a")
@example("[{REASON}]", "50.00")
def test_no_json_template_that_may_be_set_up_breaks_with_a_value(template: str, value: str) -> None:
    if is_taken(template, ContentType.JSON):
        check_rendered(render_body(template, {"REASON": value}, ContentType.JSON), ContentType.JSON)


@given(XML_FRAME, st.lists(XML_PIECE, max_size=6).map("".join), VALUE)
@example("<r>{}</r>", "<![CDATA[{REASON}]]>", "]]>")
@example("<r><!--{}--></r>", "{REASON}", "--")
@example("<r a='{}'/>", "{REASON}", "'")
def test_no_xml_template_that_may_be_set_up_breaks_with_a_value(frame: str, text: str, value: str) -> None:
    template = frame.replace("{}", text)
    if is_taken(template, ContentType.XML):
        check_rendered(render_body(template, {"REASON": value}, ContentType.XML), ContentType.XML)


def is_taken(template: str, content_type: ContentType) -> bool:
    try:
        check_template(template, content_type, Trigger.PAYMENT_REJECTED)
    except ValueError:
        return False
    return True
