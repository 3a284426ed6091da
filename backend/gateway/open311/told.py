"""Reports as GeoReport v2 tells them. What is not public yet is told to the program that filed it only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.contracts import report_events as rev
from backend.contracts.events import LoggedEvent
from backend.contracts.report_rules import Category, ReportRules
from backend.contracts.reports import EXTENDED_STATUS, OPEN311_STATUS, PUBLIC, Report
from backend.domain.contacts import without_contacts
from backend.gateway.open311.answers import Value
from backend.gateway.open311.asked import w3c
from backend.storage.reports import FiledReport
from config.model import SiteConfig


@dataclass(frozen=True, slots=True)
class Teller:
    """`caller`: actor who asks, "producer:ID", "" = anybody."""

    site: SiteConfig
    caller: str = ""

    def services(self) -> list[Value]:
        return [self._service(one) for one in self._rules.categories if not one.retired]

    def definition(self, category: Category) -> Value:
        attributes: list[Value] = [
            {
                "variable": True,
                "code": one.code,
                "datatype": one.datatype,
                "required": one.required,
                "datatype_description": one.description_en,
                "order": order,
                "description": one.description_vi,
                "values": [{"key": value.key, "name": value.name_vi} for value in one.values],
            }
            for order, one in enumerate(category.attributes, 1)
        ]
        return {"service_code": category.category_id, "attributes": attributes}

    def request(
        self, filed: FiledReport, extensions: bool, thread: Sequence[LoggedEvent] = (), media_urls: Sequence[str] = ()
    ) -> Value:
        """`media_urls`: pictures of the published result, the one that shows it best first."""
        report = filed.report
        category = self._rules.category(report.category_id)
        own = bool(self.caller and self.caller == filed.filed_by)
        may_read = own or report.state in PUBLIC
        lat_deg, lon_deg = self.place(report, own) if may_read else (None, None)
        told: dict[str, Value] = {
            "service_request_id": report.report_id,
            "status": OPEN311_STATUS[report.state],
            "status_notes": _words(filed.answer, own) or None if may_read else None,
            "service_name": category.name_vi if category is not None else report.category_id,
            "service_code": report.category_id,
            "description": _words(filed.text, own) if may_read else None,
            "agency_responsible": self.agency(report.chief) or None,
            "service_notice": None,
            "requested_datetime": self._at(report.received_ms),
            "updated_datetime": self._at(report.changed_ms),
            "expected_datetime": self._due(report),
            "address": report.address or None if own else None,
            "address_id": None,
            "zipcode": None,
            "lat": lat_deg,
            "long": lon_deg,
            "media_url": media_urls[0] if media_urls else None,
        }
        if extensions:
            told["extended_attributes"] = {
                "state": report.state,
                "external_status_code": EXTENDED_STATUS[report.state],
                "channel": report.channel,
                "campaign": report.campaign or None,
                "rating": report.rating,
                "media_urls": list(media_urls),
                "closed_datetime": self._at(report.closed_ms) if report.closed_ms is not None else None,
            }
            told["notes"] = [note for one in thread if may_read and (note := self._note(one, own)) is not None]
        return told

    def update(self, report: Report, own: bool, logged: LoggedEvent) -> Value | None:
        """What changed for its citizen; None = nothing that is the citizen's business. `own`: the caller filed it."""
        note = self._note(logged, own)
        if note is None:
            return None
        event = logged.event
        state = event.state if isinstance(event, rev.ReportMoved) else "assigned"
        if not isinstance(event, rev.ReportMoved | rev.ReportRouted):
            state = report.state
        return {
            "update_id": str(logged.seq),
            "service_request_id": report.report_id,
            "status": EXTENDED_STATUS[state],
            "description": note["description"] or "",
            "updated_datetime": note["datetime"],
            "media_url": None,
            "external_status_code": state,
            "extras": {},
        }

    def agency(self, agency_id: str) -> str:
        for agency in self.site.agencies:
            if agency.agency_id == agency_id:
                return agency.name_vi
        return next((unit.name_vi for unit in self.site.units if unit.unit_id == agency_id), agency_id)

    @property
    def _rules(self) -> ReportRules:
        return self.site.reports.rules

    def _service(self, category: Category) -> Value:
        return {
            "service_code": category.category_id,
            "service_name": category.name_vi,
            "description": category.description_vi,
            "metadata": bool(category.attributes),
            "type": "realtime",
            "keywords": ",".join(category.keywords),
            "group": category.group_vi,
        }

    def _note(self, logged: LoggedEvent, own: bool) -> dict[str, Value] | None:
        event = logged.event
        match event:
            case rev.ReportRouted():
                text = f"Đã chuyển {self.agency(event.chief)}"
            case rev.ReportMoved():
                text = event.text
            case rev.ReportNoted() if event.audience == "citizen":
                text = event.text
            case rev.ReportExtensionDecided() if event.granted:
                text = "Gia hạn xử lý"
            case _:
                return None
        return {"datetime": self._at(logged.at_ms), "description": _words(text, own)}

    def place(self, report: Report, own: bool) -> tuple[float | None, float | None]:
        """Where a citizen stood is told to everybody as exactly as the site says."""
        if own or report.lat_deg is None or report.lon_deg is None:
            return report.lat_deg, report.lon_deg
        digits = self.site.reports.public.place_decimals
        return round(report.lat_deg, digits), round(report.lon_deg, digits)

    def _at(self, at_ms: int) -> str:
        return w3c(at_ms, self.site.utc_offset_min)

    def _due(self, report: Report) -> str | None:
        due_ms = report.clock.due_ms if report.clock is not None else None
        return self._at(due_ms) if due_ms is not None else None


def _words(text: str, own: bool) -> str:
    """What a citizen wrote, for the program that it was written with, or for everybody."""
    return text if own else without_contacts(text)
