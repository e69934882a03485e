"""Templates of XML bodies. Whatever the values hold, they stay text of an element or of an attribute."""

import re
from collections.abc import Mapping
from xml.parsers import expat

from shared.domain.hub.placeholders import PLACEHOLDER, sendable

# In well-formed XML without a DTD these openings can be nothing else.
_NO_TEXT = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0, 2.2 Characters
# White space as references, or attributes would have it as blanks and elements would lose their carriage returns.
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def check_xml_template(template: str) -> None:
    """Raises ValueError, a sentence without its subject.

    {NAME} itself is good text and good attribute content and nothing else, so the parser refuses it in names. Where the
    escapes that make values safe do not count, it is refused here.
    """
    parser = _parser()
    parser.StartNamespaceDeclHandler = _check_namespace
    _parse(parser, template)
    if any(PLACEHOLDER.search(found[0]) for found in _NO_TEXT.finditer(template)):
        raise ValueError("has a placeholder in a comment, a CDATA section or a processing instruction")


def render_xml(template: str, values: Mapping[str, str]) -> str:
    """The template filled in; a name without a value is empty text, a character that XML has not is U+FFFD."""
    return PLACEHOLDER.sub(lambda name: _escaped(values.get(name[1], "")), template)


def check_xml(text: str) -> None:
    """Raises ValueError, a sentence without its subject, when the text is not XML 1.0 in UTF-8 without a DTD."""
    _parse(_parser(), text)


def _escaped(value: str) -> str:
    return _NO_CHARACTER.sub("\ufffd", sendable(value)).translate(_ESCAPES)


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")  # with one, undeclared prefixes are an error too
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _check_declaration
    return parser


def _parse(parser: expat.XMLParserType, text: str) -> None:
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise ValueError(f"is not well-formed XML: {error}") from error


def _refuse_doctype(name: str, _system_id: str | None, _public_id: str | None, _has_internal_subset: bool) -> None:
    raise ValueError(f"has a document type declaration, for {name!r}: entities are not for webhooks")


def _check_declaration(version: str, encoding: str | None, _standalone: int) -> None:
    if version != "1.0" or (encoding or "UTF-8").upper() != "UTF-8":
        raise ValueError(f"is declared as XML {version} in {encoding or 'UTF-8'} but is sent as XML 1.0 in UTF-8")


def _check_namespace(_prefix: str | None, uri: str) -> None:
    if PLACEHOLDER.search(uri or ""):
        raise ValueError(f"has a placeholder in the namespace {uri!r}; namespaces are fixed text")
