"""The files of a package, made one after the other; those that are there already are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.services.evidence.case import EVENTS_FILE, Case
from backend.services.evidence.contents import Contents, Still, Video
from backend.services.evidence.copying import copy
from backend.services.evidence.footage import Footage, Part, footage
from backend.services.evidence.index_page import index_page
from backend.services.evidence.joining import Placed, join
from backend.services.evidence.journal import Journal
from backend.services.evidence.map_page import map_page
from backend.services.evidence.names import file_name
from backend.services.evidence.papers import broken_spans, custody, readme, times_table
from backend.services.evidence.pictures import Painting, save_jpeg, still
from backend.services.evidence.report import report
from backend.services.evidence.story import names_of, read_story

COPY_COSTS: Final = 8
"""So many times the work of joining, about."""

STILLS_EACH: Final = 20
"""Pictures of one camera."""

PAPERS_SHARE: Final = 0.05
COPY_MARK: Final = "BẢN SAO"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A picture of every camera at an instant. `key` is part of its file's name."""

    at_ms: int
    key: str
    why: str


class Assembly:
    """
    Args:
        tell: told (share 0..1, what is being made) often; what it raises ends the work.
    """

    def __init__(self, case: Case, journal: Journal, tell: Callable[[float, str], None]) -> None:
        self._case = case
        self._journal = journal
        self._tell = tell
        self._done = 0
        self._total = 1
        self._step = ""
        self._parts = 0
        self._names = names_of(case)

    def run(self, starts: Sequence[dict[str, object]]) -> Contents:
        """Everything. Args: starts: for custody.jsonl. Raises: OSError."""
        case = self._case
        self._say("đọc diễn biến")
        contents = Contents(case, self._names, read_story(case, self._journal.package / EVENTS_FILE))
        found = {camera_id: self._look(camera_id) for camera_id in case.camera_ids}
        self._total = max(1, sum(self._weight(part) for one in found.values() for part in one.parts))
        self._parts = sum(len(one.parts) for one in found.values())
        for camera_id, one in found.items():
            self._videos(contents, camera_id, one)
        self._say("ảnh chụp")
        for camera_id, one in found.items():
            self._stills(contents, camera_id, one)
        contents.left_out += self._left_out(contents)
        self._papers(contents, starts)
        return contents

    def _say(self, step: str) -> None:
        self._step = step
        self._count(0)

    def _count(self, done: int) -> None:
        self._done += done
        self._tell((1 - PAPERS_SHARE) * min(1.0, self._done / self._total), self._step)

    def _look(self, camera_id: str) -> Footage:
        self._say(f"xem các đoạn ghi của {camera_id}")
        order = self._case.order
        sources = [source for source in self._case.sources if source.camera_id == camera_id]
        return footage(sources, order.start_ms, order.end_ms, lambda: self._count(0))

    # -- video --

    def _keeps_original(self, camera_id: str) -> bool:
        return camera_id not in self._case.masked

    def _has_copy(self, camera_id: str) -> bool:
        return bool(self._case.order.watermark) or camera_id in self._case.masked

    def _weight(self, part: Part) -> int:
        original = part.bytes if self._keeps_original(part.camera_id) else 0
        return original + (COPY_COSTS * part.bytes if self._has_copy(part.camera_id) else 0)

    def _painting(self, camera_id: str, with_text: bool) -> Painting:
        order, names = self._case.order, self._names
        masks = tuple(mask.corners for mask in order.masks if mask.camera_id == camera_id)
        if not (with_text and order.watermark):
            return Painting(masks)

        def lines(wall_ms: int) -> tuple[str, str]:
            first = f"{COPY_MARK} · {names.local.clock(wall_ms)} · {names.camera(camera_id)}"
            return first, f"{order.watermark} · {self._case.ordered_by}"

        return Painting(masks, lines)

    def _videos(self, contents: Contents, camera_id: str, found: Footage) -> None:
        order = self._case.order
        contents.holes[camera_id] = found.holes(order.start_ms, order.end_ms)
        contents.damaged[camera_id] = [(source.start_ms, source.end_ms) for source in found.damaged]
        used: set[str] = set()
        for part in found.parts:
            stem = self._stem(contents, part, used)
            number = f"{len(contents.videos) + 1}/{self._parts}"
            video = self._video(part, stem, number)
            contents.videos.append(video)
            table = (self._journal.package / video.times_path).read_bytes()
            contents.damaged[camera_id] += broken_spans(table)

    def _stem(self, contents: Contents, part: Part, used: set[str]) -> str:
        """A clock that was set back shows the same second twice."""
        name = file_name(part.camera_id)
        first = stem = f"{name}/{name}_{contents.local.stamp(part.start_ms)}"
        number = 1
        while stem in used:
            number += 1
            stem = f"{first}-{number}"
        used.add(stem)
        return stem

    def _video(self, part: Part, stem: str, number: str) -> Video:
        camera_id = part.camera_id
        times_path = f"cameras/{stem}.csv"
        path = f"cameras/{stem}.mp4" if self._keeps_original(camera_id) else ""
        copy_path = f"copies/{stem}.mp4" if self._has_copy(camera_id) else ""
        if path:
            self._step = f"ghép video {number}"
            self._made(path, times_path, part, lambda draft: join(part, draft, self._count), 1)
        if copy_path:
            self._step = f"bản sao {number}"
            painting = self._painting(camera_id, with_text=True)
            times = "" if path else times_path

            def again(draft: Path) -> tuple[Placed, ...]:
                return copy(part, draft, painting, lambda done: self._count(COPY_COSTS * done))

            self._made(copy_path, times, part, again, COPY_COSTS)
        return Video(camera_id, path, copy_path, times_path, part.start_ms, part.end_ms)

    def _made(
        self, path: str, times_path: str, part: Part, write: Callable[[Path], tuple[Placed, ...]], costs: int
    ) -> None:
        """A video, and before it is finished its table of times: where the video is there, the table is."""
        if self._journal.has(path) and (not times_path or self._journal.has(times_path)):
            self._count(costs * part.bytes)
            return
        with self._journal.making(path) as draft:
            placed = write(draft)
            if times_path:
                self._journal.write(times_path, times_table(placed, self._names.local))

    # -- pictures and papers --

    def _wanted(self) -> list[_Wanted]:
        order, case = self._case.order, self._case
        wanted = [_Wanted(order.start_ms, "dau", "đầu khoảng thời gian")]
        incident = next((one for one in case.alerts if one.alert_id == order.alert_id), None)
        shown = [incident] if incident is not None else sorted(case.alerts, key=lambda one: one.priority)
        wanted += [_Wanted(one.raised_ms, "canh-bao", f"cảnh báo: {one.headline_vi}") for one in shown]
        wanted += [_Wanted(mark.at_ms, "dau-moc", f"dấu: {mark.text or mark.placed_by}") for mark in case.marks]
        inside = [one for one in wanted if order.start_ms <= one.at_ms <= order.end_ms]
        return list({one.at_ms: one for one in reversed(inside[:STILLS_EACH])}.values())[::-1]

    def _stills(self, contents: Contents, camera_id: str, found: Footage) -> None:
        painting = self._painting(camera_id, with_text=False)
        for wanted in self._wanted():
            self._count(0)
            piece = found.at(wanted.at_ms)
            picture = None if piece is None else still(piece, wanted.at_ms, painting)
            if picture is None:
                continue
            image, wall_ms = picture
            at = f"{contents.local.stamp(wanted.at_ms)}-{wanted.at_ms % 1000:03d}"
            path = f"stills/{file_name(camera_id)}_{at}_{wanted.key}.jpg"
            if not self._journal.has(path):
                with self._journal.making(path) as draft:
                    save_jpeg(image, draft)
            contents.stills.append(Still(camera_id, path, wall_ms, wanted.why))

    def _left_out(self, contents: Contents) -> list[str]:
        names = contents.names
        sentences = [
            f"Hình gốc của camera {names.camera(camera_id)}: đã che một phần theo yêu cầu, chỉ có bản sao đã che."
            for camera_id in self._case.camera_ids
            if not self._keeps_original(camera_id)
        ]
        for camera_id in self._case.camera_ids:
            if not any(video.camera_id == camera_id for video in contents.videos):
                sentences.append(f"Hình của camera {names.camera(camera_id)}: không có đoạn ghi nào đọc được.")
            elif contents.damaged.get(camera_id):
                sentences.append(f"Một phần hình của camera {names.camera(camera_id)}: đoạn ghi hỏng hoặc đã mất.")
        return sentences

    def _papers(self, contents: Contents, starts: Sequence[dict[str, object]]) -> None:
        """Always anew: they tell of the files before them, and are made in seconds."""
        journal = self._journal
        papers: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
            ("hướng dẫn", "README.txt", lambda: readme(self._case, contents.left_out)),
            ("quá trình lập", "custody.jsonl", lambda: custody(self._case, starts)),
            ("bản đồ", "map.html", lambda: map_page(contents)),
            ("báo cáo", "report.pdf", lambda: report(contents, journal.package)),
            ("trang mục lục", "index.html", lambda: index_page(contents)),
        )
        for step, path, content in papers:
            self._say(step)
            contents.made = {
                name: made for name, made in journal.by_path.items() if name not in ("report.pdf", "index.html")
            }
            journal.write(path, content())
