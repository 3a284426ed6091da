"""Cameras of a session on a tile canvas: which camera is in which tile, its name, its alert, its snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QImage

from backend.contracts.alerts import AlertPhase
from backend.contracts.site import Camera
from backend.contracts.state import Delta
from console import jobs
from console.models.session import Session
from console.models.steering import steer_words
from widgets.tile import TileContent
from widgets.tile_canvas import TileCanvas
from widgets.tile_layout import GRIDS
from widgets.tile_paint import Caption

FIRST_SIZE_PX: Final = (320, 180)
SNAPSHOT_FOLDER: Final = "snapshots.folder"
TRUE_STATES: Final = frozenset({"live", "past"})
HONEST_STATES: Final = TRUE_STATES | {"slow", "frozen", "unchanging", "lost", "gap", "damaged"}


class Wall(QObject):
    """Fills a `TileCanvas` with cameras of a session. GUI thread.

    Signals:
        saved: path of a snapshot that is on disk.
        save_failed: a sentence.
        changed: the cameras in the tiles or the layout changed.
    """

    saved = Signal(str)
    save_failed = Signal(str)
    changed = Signal()

    def __init__(self, session: Session, canvas: TileCanvas) -> None:
        super().__init__(canvas)
        self._session = session
        self.canvas = canvas
        self._cameras: dict[str, Camera] = {}
        self._take_site()
        session.changed.connect(self._state_changed)
        canvas.dropped.connect(self._dropped)
        canvas.cleared.connect(self.clear)
        canvas.snapshot_asked.connect(self.snapshot)
        canvas.selected.connect(self._selected)
        canvas.opened.connect(self._opened)

    # -- what is where --

    @property
    def camera_ids(self) -> list[str]:
        """The camera of each tile, "" for an empty one."""
        return ["" if tile.content is None else tile.content.key for tile in self.canvas.tiles]

    def set_grid(self, name: str) -> None:
        """Another layout; cameras without a place any more are closed. Unknown names change nothing."""
        if name in GRIDS and name != self.canvas.grid_name:
            for content in self.canvas.set_grid(name):
                _close(content)
            self.changed.emit()

    def grow(self, name: str, camera_ids: Sequence[str]) -> None:
        """Another layout whose new tiles show cameras that have no tile yet; tiles emptied by hand stay empty."""
        before = len(self.canvas.tiles)
        self.set_grid(name)
        shown = set(self.camera_ids)
        waiting = iter([camera_id for camera_id in camera_ids if camera_id not in shown])
        for index in range(before, len(self.canvas.tiles)):
            camera_id = next(waiting, None)
            if camera_id is not None and self.canvas.tiles[index].content is None:
                self.put(index, camera_id)

    def put(self, index: int, camera_id: str) -> None:
        """Show a camera in a tile. Showing the same one again changes nothing."""
        before = self.canvas.tiles[index].content
        if before is not None and before.key == camera_id:
            return
        feed = self._session.video.open(camera_id, self._size_px(index))
        _close(self.canvas.set_content(index, TileContent(camera_id, self._caption(camera_id), feed)))
        self.changed.emit()

    def clear(self, index: int) -> None:
        _close(self.canvas.set_content(index, None))
        self.changed.emit()

    def fill(self, camera_ids: Sequence[str]) -> None:
        """Show these from the first tile on; the other tiles become empty. Cameras that stay keep their pictures."""
        self.canvas.enlarge(None)
        held: dict[str, TileContent] = {}
        wanted = list(camera_ids[: len(self.canvas.tiles)])
        for index, tile in enumerate(self.canvas.tiles):
            content = tile.content
            if content is not None and (index >= len(wanted) or content.key != wanted[index]):
                self.canvas.set_content(index, None)
                if content.key in held or content.key not in wanted:
                    _close(content)
                else:
                    held[content.key] = content
        for index, camera_id in enumerate(wanted):
            if camera_id in held:
                _close(self.canvas.set_content(index, held.pop(camera_id)))
            elif camera_id:
                self.put(index, camera_id)
        for content in held.values():
            _close(content)
        self.changed.emit()

    def open(self, camera_id: str) -> None:
        """Show a camera: where it is already, else in the selected tile if that is free, else in the first free one,
        else in the selected one. That tile is selected."""
        ids = self.camera_ids
        current = self.canvas.current
        if camera_id in ids:
            index = ids.index(camera_id)
        elif not ids[current] or "" not in ids:
            index = current
        else:
            index = ids.index("")
        self.put(index, camera_id)
        if self.canvas.enlarged is not None and self.canvas.enlarged != index:
            self.canvas.enlarge(None)
        self.canvas.select(index)

    def show_own(self) -> None:
        """Cameras of the command line are on the wall: in free tiles, else in place of the last ones."""
        for camera_id in self._session.video.own:
            ids = self.camera_ids
            if camera_id not in ids:
                others = [index for index, key in enumerate(ids) if key not in self._session.video.own]
                free = [index for index in others if not ids[index]]
                if others:
                    self.put(free[0] if free else others[-1], camera_id)

    def swap(self, one: int, other: int) -> None:
        """Two tiles change places; their pictures go on."""
        if one != other:
            first = self.canvas.set_content(one, None)
            second = self.canvas.set_content(other, first)
            self.canvas.set_content(one, second)
            self.changed.emit()

    def close(self) -> None:
        """Close every feed; the wall is not used any more."""
        for index in range(len(self.canvas.tiles)):
            _close(self.canvas.set_content(index, None))

    # -- is it so --

    def is_live(self) -> bool:
        """Something is shown, and every visible tile shows live pictures or says why not."""
        shown = [tile for _, tile in self.canvas.visible_tiles() if tile.content is not None]
        return (
            bool(shown)
            and any(tile.status.state in TRUE_STATES for tile in shown)
            and all(tile.status.state in HONEST_STATES for tile in shown)
        )

    # -- remembering --

    def save_state(self) -> dict[str, object]:
        return {"grid": self.canvas.grid_name, "cameras": self.camera_ids}

    def restore_state(self, state: Mapping[str, object]) -> None:
        grid, cameras = state.get("grid"), state.get("cameras")
        if isinstance(grid, str):
            self.set_grid(grid)
        if isinstance(cameras, Sequence) and not isinstance(cameras, str):
            self.fill([entry if isinstance(entry, str) else "" for entry in cameras])

    # -- snapshots --

    def snapshot(self, index: int) -> None:
        """Write a tile's picture to a file, off the GUI thread."""
        content = self.canvas.tiles[index].content
        image = self.canvas.snapshot(index)
        if content is None or image is None:
            self.save_failed.emit(self.tr("There is no picture to save in this tile."))
            return
        path = self.snapshot_folder() / f"{content.key}_{self._stamp()}.png"
        camera_id = content.key
        jobs.start(self, lambda: _save(image, path), lambda saved: self._saved(camera_id, saved), self._not_saved)

    def snapshot_folder(self) -> Path:
        """The operator's own folder for snapshots, else Pictures/Truc Ban."""
        chosen = self._session.preferences.get(SNAPSHOT_FOLDER, "")
        if isinstance(chosen, str) and chosen:
            return Path(chosen)
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        return Path(pictures) / "Truc Ban"

    def _saved(self, camera_id: str, path: Path) -> None:
        self._session.acted.emit("snapshot", camera_id)
        self.saved.emit(str(path))

    def _not_saved(self, reason: str) -> None:
        self.save_failed.emit(self.tr("The picture could not be saved: {reason}").replace("{reason}", reason))

    def _stamp(self) -> str:
        """Local date and time to the millisecond, as it stands in a file name."""
        at_ms = self._session.clock.now_ms()
        days, rest_ms = divmod(at_ms + _offset_ms(self._session), 86_400_000)
        year, month, day = _civil(days)
        hour, minute, second = _of_day(rest_ms)
        return f"{year:04d}-{month:02d}-{day:02d}_{hour:02d}-{minute:02d}-{second:02d}-{at_ms % 1000:03d}"

    # -- own --

    def _size_px(self, index: int) -> tuple[int, int]:
        place = self.canvas.tiles[index].place
        if place.width() < 2:
            return FIRST_SIZE_PX
        return self.canvas.tiles[index].wanted_px(self.canvas.devicePixelRatioF())

    def _take_site(self) -> None:
        site = self._session.state.site
        self._cameras = {} if site is None else {camera.camera_id: camera for camera in site.cameras}
        self._session.video.set_engines({key: camera.engine for key, camera in self._cameras.items()})

    def _state_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site:
            self._take_site()
        if delta.reset or delta.site or delta.alerts or delta.cameras:
            worst = self._worst()
            for index, tile in enumerate(self.canvas.tiles):
                if tile.content is not None:
                    self.canvas.set_caption(index, self._caption(tile.content.key, worst))

    def _caption(self, camera_id: str, worst: Mapping[str, int] | None = None) -> Caption:
        priority = (self._worst() if worst is None else worst).get(camera_id, 0)
        camera = self._cameras.get(camera_id)
        own = self._session.video.own.get(camera_id)
        if own is not None:
            return Caption(own.name, self.tr("FILE") if own.is_file else "", priority)
        if camera is None:
            return Caption(camera_id, "", priority)
        mark = self.tr("SIMULATED") if camera.simulated else ""
        name = self._session.local_name(camera.name_vi, camera.name_en)
        steered = steer_words(self._session, camera)
        # Where it looks now is news, where it hangs is not: a narrow tile cuts off the end.
        return Caption(f"{steered} · {name}" if steered else name, mark, priority)

    def _worst(self) -> dict[str, int]:
        """The gravest open alert at each camera."""
        worst: dict[str, int] = {}
        for alert in self._session.state.alerts.values():
            camera_id = alert.detection.camera_id if alert.detection is not None else alert.place_id
            if alert.phase is not AlertPhase.NORMAL and not alert.set_aside and camera_id in self._cameras:
                worst[camera_id] = min(worst.get(camera_id, 99), int(alert.priority))
        return worst

    def _dropped(self, index: int, camera_id: str, origin: int) -> None:
        if origin >= 0:
            self.swap(origin, index)
        else:
            self.put(index, camera_id)
        self.canvas.select(index)

    def _opened(self, index: int) -> None:
        """Somebody looked at one camera large, or left it."""
        content = self.canvas.tiles[index].content
        if content is not None and self.canvas.enlarged == index:
            self._session.acted.emit("camera", content.key)

    def _selected(self, index: int) -> None:
        content = self.canvas.tiles[index].content
        if content is not None and content.key in self._cameras:
            self._session.selection.select("camera", content.key)


def clock_text(session: Session, age_s: float) -> str:
    """Time of day of `age_s` seconds ago on the session's clock, in the site's zone: 10:02:15."""
    at_ms = session.clock.now_ms() - round(age_s * 1000) + _offset_ms(session)
    return "{:02d}:{:02d}:{:02d}".format(*_of_day(at_ms % 86_400_000))


def _offset_ms(session: Session) -> int:
    site = session.state.site
    return (420 if site is None else site.utc_offset_min) * 60_000


def _of_day(rest_ms: int) -> tuple[int, int, int]:
    seconds = rest_ms // 1000
    return seconds // 3600, seconds // 60 % 60, seconds % 60


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month, day of days since 1970-01-01."""
    day = date(1970, 1, 1) + timedelta(days=days)
    return day.year, day.month, day.day


def _save(image: QImage, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not image.save(str(path)):
        raise OSError(str(path))
    return path


def _close(content: TileContent | None) -> None:
    if content is not None and content.source is not None:
        content.source.close()
