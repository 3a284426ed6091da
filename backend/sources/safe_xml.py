"""XML from strangers: no DTD, no entity, no external reference, bounded in size, depth and number of elements."""

from __future__ import annotations

import codecs
import re
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

from backend.sources.text import plain

MAX_DEPTH: Final = 50
MAX_ELEMENTS: Final = 100_000

_DECLARED: Final = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]{0,200}?\?>"""
)
# Character sets, not codecs: "punycode" or "unicode_escape" decode bytes too, slowly or to something else.
_CHARACTER_SETS: Final = (
    "iso8859", "cp", "koi8", "mac", "gb", "big5", "shift_jis", "euc_", "tis", "utf-8", "utf-16", "utf-32", "ascii",
    "latin", "kz1048", "ptcp", "hz", "johab",
)  # fmt: skip
_EXPAT_READS: Final = ("utf-8", "utf-16", "ascii", "iso8859-1")


class XmlError(ValueError):
    """The bytes are hostile or no XML; the message says which."""


class NotWellFormedError(XmlError):
    """XML with mistakes, up to which nothing hostile stood in it."""


class _LimitedBuilder(TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise XmlError(f"elements nested deeper than {MAX_DEPTH}")
        if self._elements > MAX_ELEMENTS:
            raise XmlError(f"more than {MAX_ELEMENTS} elements")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(body: bytes, max_bytes: int) -> Element:
    """The root element of `body`.

    Raises:
        XmlError: too large, not well-formed, of an unknown encoding, or with a DTD, entity or external reference.
    """
    if len(body) > max_bytes:
        raise XmlError(f"{len(body)} bytes; at most {max_bytes} are taken")
    if not body.strip():
        raise XmlError("the body is empty")
    parser = DefusedXMLParser(target=_LimitedBuilder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(_readable(body))
        root = parser.close()
    except DefusedXmlException as error:
        raise XmlError("a document type, entity or external reference stands in it; these are never read") from error
    except ParseError as error:
        raise NotWellFormedError(f"not well-formed XML: {plain(str(error), 200)}") from error
    except (UnicodeError, LookupError) as error:
        raise XmlError(f"its bytes are not of its encoding: {plain(str(error), 200)}") from error
    if not isinstance(root, Element):
        raise XmlError("no element stands in it")
    return root


def _readable(body: bytes) -> bytes:
    """`body` in an encoding expat reads by itself; expat knows no multi-byte sets but Unicode's."""
    declared = _DECLARED.match(body)
    if declared is None:
        return body
    name = declared.group(1).decode("ascii")
    try:
        known = codecs.lookup(name).name
    except LookupError as error:
        raise XmlError(f"unknown encoding {name!r}") from error
    if known in _EXPAT_READS:
        return body
    if not known.startswith(_CHARACTER_SETS):
        raise XmlError(f"unknown encoding {name!r}")
    return body[declared.end() :].decode(known).encode("utf-8")


def local_name(element: Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    head, _, _ = element.tag.rpartition("}")
    return head[1:]


def children(element: Element, name: str) -> list[Element]:
    """Direct children called `name`, in whatever namespace."""
    return [child for child in element if local_name(child) == name]


def child_text(element: Element, name: str) -> str:
    """Text of the first child called `name`, "" when there is none."""
    return next((child.text or "" for child in element if local_name(child) == name), "")
