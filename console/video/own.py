"""Cameras and files of the command line: on the wall beside the site's, and the only files that are opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlsplit

from backend.contracts.doors import CameraStreams
from console.video.address import is_file_address


@dataclass(frozen=True, slots=True)
class OwnCamera:
    """`name` is for people: the host or the file's name, never the address."""

    camera_id: str
    name: str
    is_file: bool


def own_cameras(addresses: Sequence[str]) -> tuple[dict[str, OwnCamera], tuple[CameraStreams, ...]]:
    """The cameras by id, and their streams (the one address is the main stream)."""
    cameras, streams = {}, []
    for number, address in enumerate(addresses, 1):
        camera_id = f"own-{number}"
        is_file = is_file_address(address)
        cameras[camera_id] = OwnCamera(camera_id, _name(address, is_file=is_file), is_file)
        streams.append(CameraStreams(camera_id=camera_id, main_url=address, sub_url=""))
    return cameras, tuple(streams)


def _name(address: str, *, is_file: bool) -> str:
    if is_file:
        return PurePath(address).name
    try:
        return urlsplit(address).hostname or "?"
    except ValueError:
        return "?"
