"""Citizens' reports on the map: what a bubble says, when it goes, and how many came from where."""

from __future__ import annotations

from typing import Any

from backend.contracts import report_events as rev
from backend.contracts.report_doors import ReportCell, ReportGrid
from backend.contracts.reports import Clock, Report
from console.models.map_heat import ReportHeat
from console.models.map_reports import REPORTS, SHAPES, cell_deg, counted, heat_areas, legend, put_reports
from tests.panels.desk_room import Seat
from widgets.map_types import MapDelta, MapPoint

NOW_MS = 1_795_316_535_000
HOUR_MS = 3_600_000


def came(number: int, lat_deg: float | None = 22.4986, **more: Any) -> rev.ReportReceived:
    base: dict[str, Any] = {
        "report_id": f"r{number}", "number": number, "code": f"PA-{number:06d}", "channel": "app",
        "category_id": "rac-thai", "flow": "timed", "title": f"Rác đổ trộm {number}", "received_ms": NOW_MS,
        "changed_ms": NOW_MS, "lat_deg": lat_deg, "lon_deg": 103.9689,
    }  # fmt: skip
    return rev.ReportReceived(report=Report.model_validate({**base, **more}), text="Rác")


def routed(number: int, due_h: float | None) -> rev.ReportRouted:
    due_ms = None if due_h is None else NOW_MS + round(due_h * HOUR_MS)
    near_ms = None if due_ms is None else due_ms - HOUR_MS
    clock = Clock(allowed_ms=4 * HOUR_MS, due_ms=due_ms, near_ms=near_ms, left_ms=HOUR_MS if due_ms is None else None)
    return rev.ReportRouted(report_id=f"r{number}", chief="pccc", clock=clock)


def drawn(seat: Seat, now_ms: int = NOW_MS) -> tuple[dict[str, MapPoint], list[str]]:
    delta = MapDelta()
    put_reports(delta, seat.state, ["r1", "r2", "r3", "r4", "r5", "r6"], now_ms, "en")
    return {point.key: point for point in delta.points.get(REPORTS, [])}, delta.removed.get(REPORTS, [])


def test_shape_colour_and_words_each_tell_how_a_report_stands_with_its_time(qapp: object) -> None:
    seat = Seat(language="en")
    seat.happen(*(came(number) for number in range(1, 7)))
    seat.happen(routed(1, -1), routed(2, 0.5), routed(3, 3), routed(4, None))
    points, gone = drawn(seat)
    assert [points[f"r{one}"].shape for one in range(1, 6)] == [
        SHAPES["late"], SHAPES["near"], SHAPES["in_time"], SHAPES["stopped"], SHAPES["none"],
    ]  # fmt: skip
    assert len(set(SHAPES.values())) == 5
    assert [points[f"r{one}"].rank for one in range(1, 6)] == [1, 2, 0, 0, 0]
    assert points["r1"].tint not in ("", points["r2"].tint)
    assert points["r1"].value.startswith("overdue, due ")
    assert "PA-000001" in points["r1"].tip
    assert points["r1"].note == "with the agency"
    assert gone == []
    assert {entry.shape for entry in legend(30)} >= set(SHAPES.values())


def test_what_ended_or_has_no_place_leaves_the_map(qapp: object) -> None:
    seat = Seat()
    seat.happen(came(1), came(2, lat_deg=None), came(3))
    seat.happen(rev.ReportMoved(report_id="r3", state="rejected", reason="x", text="x"))
    points, gone = drawn(seat)
    assert set(points) == {"r1"}
    assert {"r2", "r3"} <= set(gone)


def test_cells_are_counted_where_the_reports_lie_and_graded_with_their_figure() -> None:
    seat = Seat()
    seat.happen(
        *(came(number) for number in range(1, 6)), came(6, lat_deg=22.60), came(7, received_ms=NOW_MS - HOUR_MS)
    )
    side = cell_deg(12)
    cells = counted(seat.state, NOW_MS, side)
    assert sorted(cells.values()) == [1, 5]
    ((lat_deg, lon_deg),) = [place for place, count in cells.items() if count == 5]
    assert abs(lat_deg - 22.4986) <= side / 2
    assert abs(lon_deg - 103.9689) <= side / 2
    areas = [area for (area,) in heat_areas(cells, side, "vi").values()]
    assert sorted((area.level, area.note) for area in areas) == [(11, "1"), (13, "5")]
    big = {(22.5 + row / 100, 103.0): 1234 for row in range(1)}
    assert next(iter(heat_areas(big, side, "vi").values()))[0].note == "1.234"


class Door:
    """The server's side of a question, answered by the test."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.cells: tuple[ReportCell, ...] = ()

    def ask(self, path: str, query: Any, model: Any, done: Any, failed: Any, body: Any = None) -> None:
        self.asked.append((path, dict(query)))
        done(ReportGrid(cell_deg=float(query["cell"]), cells=self.cells))


def test_the_cells_are_asked_for_only_while_they_are_shown(qtbot: Any) -> None:
    seat = Seat()
    door = Door()
    seat.session.server = door  # type: ignore[assignment]
    heat = ReportHeat(seat.session, seat.session)
    pushed: list[MapDelta] = []
    heat.changed.connect(pushed.append)
    heat.set_zoom(12)
    seat.happen(came(1))
    assert door.asked == []
    door.cells = (ReportCell(lat_deg=22.5, lon_deg=103.97, open=2, late=1, ended=9),)
    heat.set_shown(True)
    qtbot.waitUntil(lambda: bool(pushed))
    path, query = door.asked[0]
    assert (path, query["cell"]) == ("/api/v1/reports/grid", "0.005")
    ((owner, (area,)),) = pushed[0].areas.items()
    assert (area.note, area.level) == ("11", 14)
    heat.set_zoom(14)
    qtbot.waitUntil(lambda: len(door.asked) == 2)
    assert door.asked[1][1]["cell"] == "0.002"
    heat.set_shown(False)
    assert pushed[-1].areas == {owner: ()}
