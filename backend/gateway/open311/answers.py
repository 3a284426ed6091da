"""What the door answers, as JSON and as XML.

Both are made of one plain structure: a list of objects under the names that GeoReport v2 gives them. The XML of a list
is `<names><name>...</name></names>`; the error of each format is the specification's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree

from pydantic_core import to_json
from starlette.responses import Response

Format = Literal["json", "xml"]
Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]

# The children of a list are called so; what is not here is called as its list without the s.
_CHILD: Final = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "media_urls": "media_url",
    "notes": "note",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, or a single object, under its XML name: `Listed("services", [...])`."""

    name: str
    value: Value


class Open311Error(Exception):
    """An answer of the door: what is wrong and what would be right. `status` also stands in the body."""

    def __init__(self, status: int, description: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.headers = dict(headers or {})


def answer(listed: Listed, form: Format, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    if form == "json":
        return Response(
            to_json(listed.value), status, dict(headers or {}), media_type="application/json; charset=utf-8"
        )
    root = ElementTree.Element(listed.name)
    _fill(root, listed.value)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, status, dict(headers or {}), media_type="text/xml; charset=utf-8")


def error_answer(error: Open311Error, form: Format) -> Response:
    told: Value = [{"code": error.status, "description": error.description}]
    return answer(Listed("errors", told), form, error.status, error.headers)


def _fill(element: ElementTree.Element, value: Value) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(ElementTree.SubElement(element, name), inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        child = _CHILD.get(element.tag, element.tag.removesuffix("s"))
        for inner in value:
            _fill(ElementTree.SubElement(element, child), inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = str(value)
