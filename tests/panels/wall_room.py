"""A room with live cameras: the demonstration city's site, its cameras played by a real RTSP server."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication

from backend.contracts.doors import CameraStreams
from backend.simulate.encode import StreamShape
from backend.simulate.rtsp import Mount
from console.models.preferences import Preferences
from console.video.service import VideoService
from tests.panels.map_room import Room, laocai
from tests.system.rtsp_server_process import RtspServer, make_clip, start_rtsp_server
from widgets.tile_canvas import TileCanvas

SUB = StreamShape("sub", 320, 180, 10, 28, 300)
MAIN = StreamShape("main", 640, 360, 10, 28, 600)


class WallRoom(Room):
    """A `Room` whose session has live video."""

    def __init__(self, server: RtspServer, own_addresses: Sequence[str] = ()) -> None:
        super().__init__()
        self.server = server
        self.video = VideoService(1, own_addresses)
        self.session.video = self.video
        self.session.preferences = Preferences(None)
        self.video.start()
        self.video.set_streams(streams_at(server))
        self.camera_ids = [camera.camera_id for camera in laocai().cameras]

    def close(self) -> None:
        self.server.process.send_signal(signal.SIGCONT)
        self.video.stop()
        assert self.video.join(5.0)


def streams_at(server: RtspServer) -> list[CameraStreams]:
    return [
        CameraStreams(
            camera_id=camera.camera_id,
            main_url=server.address(f"{camera.camera_id}/main"),
            sub_url=server.address(f"{camera.camera_id}/sub"),
        )
        for camera in laocai().cameras
    ]


@contextmanager
def camera_server(folder: Path) -> Iterator[RtspServer]:
    """Every camera of the site, all playing the same two small clips."""
    clips = {shape.name: Mount(make_clip(folder / f"{shape.name}.h264", shape, 2), shape.fps) for shape in (SUB, MAIN)}
    mounts = {f"/{camera.camera_id}/{name}": mount for camera in laocai().cameras for name, mount in clips.items()}
    server = start_rtsp_server(folder, mounts)
    yield server
    server.process.send_signal(signal.SIGCONT)
    server.close()


def drop_mime(canvas: TileCanvas, index: int, mime: QMimeData) -> None:
    """What Qt delivers when something is dropped on a tile."""
    place = canvas.tiles[index].place.center()
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, *held))
    QApplication.sendEvent(canvas, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, *held))


def picture_of(canvas: TileCanvas, tile_index: int) -> QImage:
    """What the canvas shows in a tile now."""
    return canvas.grab(canvas.tiles[tile_index].place).toImage()


def share_of(image: QImage, *, lighter_than: int) -> float:
    """Share of a picture's pixels whose three colours are all lighter than this."""
    total = image.width() * image.height()
    light = 0
    for y in range(image.height()):
        for x in range(image.width()):
            pixel = image.pixelColor(x, y)
            light += min(pixel.red(), pixel.green(), pixel.blue()) > lighter_than
    return light / total
