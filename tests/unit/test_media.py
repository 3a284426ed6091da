"""Media of reports: what is kept of a file, what is refused and why, and that the child's walls hold."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backend.services.confined.confine import bare_environment
from backend.services.media import said
from backend.services.media.kinds import check_boxes, kind_of
from backend.services.media.messages import Made, MediaError, MediaLimits
from backend.services.media.service import MediaService
from tests.unit import media_files as files

pytestmark = pytest.mark.anyio


class Named:
    """What events name."""

    def __init__(self) -> None:
        self.digests: frozenset[str] = frozenset()

    async def __call__(self, asked: frozenset[str]) -> frozenset[str]:
        return asked & self.digests


@asynccontextmanager
async def service(
    folder: Path, limits: MediaLimits | None = None, named: Named | None = None
) -> AsyncIterator[MediaService]:
    made = MediaService(folder, named or Named(), 420, limits)
    made.store.prepare()
    try:
        yield made
    finally:
        await made.workshop.close()


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 10_000):
        yield data[start : start + 10_000]


def left(folder: Path) -> list[Path]:
    return [path for path in (folder / "media").rglob("*") if path.is_file()]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_a_photo_is_kept_upright_without_its_maker_and_tells_its_place_and_time(
    tmp_path: Path, form: str
) -> None:
    async with service(tmp_path) as media:
        medium = await media.take(pieces(files.photo(orientation=6, form=form)), "before")
        assert (medium.kind, medium.mime, medium.stage) == ("image", "image/jpeg", "before")
        assert (medium.taken_ms, medium.lat_deg, medium.lon_deg) == (files.TAKEN_MS, files.LAT, files.LON)
        kept, small = media.store.find(medium.digest), media.store.find_thumbnail(medium.digest)
        assert kept is not None
        assert small is not None
        assert kept.path.stat().st_size == medium.bytes
        with Image.open(kept.path) as image, Image.open(small.path) as thumbnail:
            assert image.size == (480, 640)
            assert len(image.getexif()) == len(thumbnail.getexif()) == 0
            assert max(thumbnail.size) == media.limits.thumbnail_px
            right, left_side = image.convert("RGB").getpixel((470, 300)), image.convert("RGB").getpixel((10, 300))
            assert isinstance(right, tuple)
            assert isinstance(left_side, tuple)
            assert right[0] > 200  # red was above: turned by a quarter it is at the right
            assert left_side[2] > 200
        for path in left(tmp_path):
            content = path.read_bytes()
            assert files.MAKER.encode() not in content
            assert b"Exif" not in content


@pytest.mark.parametrize(("form", "mime"), [("mp4", "video/mp4"), ("mov", "video/mp4"), ("webm", "video/webm")])
async def test_a_film_is_packed_anew_without_its_words_and_has_a_picture_that_shows_something(
    tmp_path: Path, form: str, mime: str
) -> None:
    source = tmp_path / f"source.{form}"
    data = files.film(source, form=form)
    assert files.MAKER.encode() in data
    async with service(tmp_path) as media:
        medium = await media.take(source, "report")
        assert (medium.kind, medium.mime) == ("video", mime)
        if form != "webm":
            assert (medium.taken_ms, medium.lat_deg, medium.lon_deg) == (files.TAKEN_MS, files.LAT, files.LON)
        assert source.read_bytes() == data
        kept, small = media.store.find(medium.digest), media.store.find_thumbnail(medium.digest)
        assert kept is not None
        assert small is not None
        for path in left(tmp_path):
            content = path.read_bytes()
            assert files.MAKER.encode() not in content
            assert b"+22.2500" not in content
        with av.open(str(kept.path)) as film, av.open(str(source)) as before:
            assert not {"artist", "creation_time", "location"} & {key.lower() for key in film.metadata}
            assert [one.type for one in film.streams] == ["video"]
            assert len(list(film.decode(video=0))) == len(list(before.decode(video=0)))
        with Image.open(small.path) as thumbnail:
            assert thumbnail.convert("L").getextrema() != (0, 0)


def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def moving(form: str) -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    return files.encoded(frames[0], form, save_all=True, append_images=frames[1:])


HOSTILE = {
    "empty": (b"", "empty"),
    "text": (b"hello, this is no picture at all", "none of the kinds that are taken"),
    "page": (b"<!DOCTYPE html><script>alert(1)</script>", "a web page"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG"),
    "gif": (moving("GIF"), "it is GIF"),
    "moving png": (moving("PNG"), "the PNG moves"),
    "moving webp": (moving("WEBP"), "the WEBP moves"),
    "bomb": (files.bomb(), "100000 x 100000"),
    "cut off": (truncated(files.photo()), "damaged or cut off"),
    "png cut off": (truncated(files.photo(form="PNG")), "damaged or cut off"),
    "head only": (files.photo()[:20], "cannot be read as one"),
    "page in a photo": (
        files.photo()[:2]
        + b"\xff\xfe"
        + (42).to_bytes(2, "big")
        + b"<html><script>alert(1)</script></html>  "
        + files.photo()[2:],
        "holds a web page",
    ),
    "avif": (files.box(b"ftyp", b"avif\0\0\0\0mif1avif") + bytes(100), "Most Compatible"),
    "heic without a picture": (files.box(b"ftyp", b"heic\0\0\0\0mif1heic") + bytes(100), "cannot be read as one"),
    "heic cut off": (truncated(files.photo(form="HEIF")), "cannot be read as one"),
    "heic bomb": (files.heif_bomb(), "100000 x 100000"),
    "matroska": (b"\x1a\x45\xdf\xa3" + bytes(8) + b"matroska" + bytes(100), "Matroska and not WebM"),
    "elsewhere": (files.elsewhere(), "takes its pictures from another place (dref url)"),
    "no index": (files.box(b"ftyp", b"isom\0\0\2\0isom") + files.box(b"mdat", bytes(64)), "has no index (moov)"),
    "impossible box": (files.box(b"ftyp", b"isom\0\0\2\0isom") + b"\0\0\0\3moov", "no possible length"),
    "zip": (b"PK\3\4" + bytes(100), "ZIP"),
    "program": (b"MZ" + bytes(100), "Windows program"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
async def test_what_is_no_photo_or_video_is_refused_in_words_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    data, words = HOSTILE[name]
    async with service(tmp_path) as media:
        with pytest.raises(MediaError) as refused:
            await media.take(pieces(data), "report")
        assert words in str(refused.value)
        assert "; " in str(refused.value) or "(" in str(refused.value)
        assert left(tmp_path) == []
        assert list((tmp_path / "media" / "work").iterdir()) == []
        # And the next one finds everything in order.
        assert (await media.take(pieces(files.photo()), "report")).mime == "image/jpeg"


async def test_films_that_are_cut_off_too_long_or_too_large_are_refused(tmp_path: Path) -> None:
    data = files.film(tmp_path / "film.mp4", seconds=4)
    limits = MediaLimits(film_s=2.0)
    async with service(tmp_path, limits) as media:
        with pytest.raises(MediaError, match=r"the video is 4 s long; right are 2 s at most"):
            await media.take(pieces(data), "report")
        with pytest.raises(MediaError, match="moov"):
            await media.take(pieces(truncated(data)), "report")
    async with service(tmp_path, replace(limits, film_s=60.0, film_pixels=100)) as media:
        with pytest.raises(MediaError, match="320 x 240"):
            await media.take(pieces(data), "report")
    async with service(tmp_path, MediaLimits(film_bytes=1000, picture_bytes=500)) as media:
        for file in (data, files.photo()):
            with pytest.raises(MediaError, match="right is at most that"):
                await media.take(pieces(file), "report")
    assert left(tmp_path) == []


async def test_what_a_sender_appends_to_a_photo_is_not_kept(tmp_path: Path) -> None:
    async with service(tmp_path) as media:
        medium = await media.take(pieces(files.photo() + b"PK\3\4 <script>alert(1)</script>"), "report")
        kept = media.store.find(medium.digest)
        assert kept is not None
        assert b"script" not in kept.path.read_bytes()


async def test_clear_pictures_are_laid_on_white_and_large_ones_made_smaller(tmp_path: Path) -> None:
    async with service(tmp_path, MediaLimits(side_px=1000)) as media:
        medium = await media.take(pieces(files.encoded(Image.new("RGBA", (3000, 1500), (0, 0, 0, 0)), "PNG")), "report")
        kept = media.store.find(medium.digest)
        assert kept is not None
        with Image.open(kept.path) as image:
            assert image.size == (1000, 500)
            assert image.getpixel((5, 5)) == (255, 255, 255)


async def test_a_child_killed_in_the_middle_is_replaced_and_the_photo_is_taken(tmp_path: Path) -> None:
    async with service(tmp_path) as media:
        await media.take(pieces(files.photo()), "report")
        (pid,) = media.workshop.pids
        os.kill(pid, signal.SIGSTOP)  # it has the job and does nothing
        taking = asyncio.create_task(media.take(pieces(files.photo()), "after"))
        async with asyncio.timeout(10):
            while not list((tmp_path / "media" / "work").iterdir()):
                await asyncio.sleep(0)
        os.kill(pid, signal.SIGKILL)
        assert (await taking).stage == "after"
        assert pid not in media.workshop.pids


async def test_a_child_that_does_not_come_to_an_end_is_ended(tmp_path: Path) -> None:
    async with service(tmp_path, MediaLimits(wall_s=0.3)) as media:
        await media.workshop.warm()
        (pid,) = media.workshop.pids
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(MediaError, match=r"longer than 0\.3 s"):
            await media.take(pieces(files.photo()), "report")
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert left(tmp_path) == []


async def test_a_picture_over_the_childs_memory_is_refused_and_the_next_one_is_taken(tmp_path: Path) -> None:
    async with service(tmp_path, MediaLimits(memory_bytes=220_000_000)) as media:
        large = files.encoded(Image.new("RGB", (9000, 9000), "red"), "PNG")
        with pytest.raises(MediaError, match="more memory"):
            await media.take(pieces(large), "report")
        assert (await media.take(pieces(files.photo()), "report")).kind == "image"


def confined(deed: str, **limits: int) -> subprocess.CompletedProcess[str]:
    """A process with the child's walls that does `deed`."""
    script = (
        "from backend.services.confined.confine import confine, allow_cpu\n"
        "from backend.services.media.messages import MediaLimits\n"
        f"print(confine(MediaLimits(**{limits!r}).allowance))\n{deed}\nprint('done')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60,
        env=bare_environment(), cwd=Path(__file__).parents[2],
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits; the child says so")
def test_the_childs_walls_hold() -> None:
    memory = confined("held = bytearray(2 << 30)")
    assert "MemoryError" in memory.stderr
    assert "done" not in memory.stdout
    cpu = confined("allow_cpu(1)\nwhile True: pass")
    assert cpu.returncode == -signal.SIGXCPU
    output = confined(
        "open('/dev/null', 'w')\nimport tempfile\ntempfile.TemporaryFile().write(bytes(5_000_000))",
        film_bytes=1_000_000,
    )
    assert "done" not in output.stdout
    assert confined("bytearray(100_000_000)").stdout.endswith("done\n")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_child_has_no_secret_no_socket_and_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUCBAN_SECRET", "CANARY-SECRET")
    async with service(tmp_path) as media:
        await media.workshop.warm()
        (pid,) = media.workshop.pids
        assert b"CANARY" not in Path(f"/proc/{pid}/environ").read_bytes()
        opened = {path.name: str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()}
        assert {name for name, link in opened.items() if link.startswith("socket:")} <= {"0", "1"}  # its own two ends
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert str(media.limits.memory_bytes) in limits


async def test_what_no_event_names_is_removed_after_an_hour_and_nothing_else(tmp_path: Path) -> None:
    named = Named()
    async with service(tmp_path, named=named) as media:
        mine = await media.take(pieces(files.photo()), "report")
        orphan = await media.take(pieces(files.photo(orientation=3)), "report")
        young = await media.take(pieces(files.photo(orientation=8)), "report")
        named.digests = frozenset((mine.digest,))
        long_ago = time.time() - 3700
        for path in left(tmp_path):
            if young.digest not in path.name:
                os.utime(path, (long_ago, long_ago))
        again = await media.take(pieces(files.photo(orientation=3)), "report")
        assert again.digest == orphan.digest  # taken again, it is young again
        assert await media.collect() == 0
        for path in left(tmp_path):
            if orphan.digest in path.name:
                os.utime(path, (long_ago, long_ago))
        assert await media.collect() == 1
        assert media.store.find(orphan.digest) is None
        assert media.store.find_thumbnail(orphan.digest) is None
        assert media.store.find(mine.digest) is not None
        assert media.store.find(young.digest) is not None


async def test_the_child_is_believed_nothing(tmp_path: Path) -> None:
    async with service(tmp_path) as media:
        work = media.store.work_folder("x")
        (work / "picture.jpg").write_bytes(b"<html>")
        (work / "thumbnail.jpg").write_bytes(files.photo())
        for made in (Made("image", "image/jpeg"), Made("image", "text/html"), Made("video", "video/mp4")):
            with pytest.raises(MediaError, match="nothing that can be shown"):
                media.store.keep(work, made, 1_000_000)
        assert media.store.find("../../etc/passwd") is None
        assert media.store.find("0" * 64) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_the_sniffer_or_the_box_reader_fail_otherwise(data: bytes) -> None:
    for read in (
        kind_of,
        lambda given: check_boxes(io.BytesIO(given)),
        lambda given: check_boxes(io.BytesIO(files.box(b"moov", given))),
    ):
        with contextlib.suppress(MediaError):
            read(data)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_films_place_is_read_as_it_was_written(lat: float, lon: float) -> None:
    found = said.film_place({"location": f"{lat:+08.4f}{lon:+09.4f}+012.3/"})
    if found is None:
        assert abs(lat) < 0.0001
        assert abs(lon) < 0.0001
    else:
        assert found == pytest.approx((lat, lon), abs=1e-4)


@pytest.mark.parametrize("text", ["", "Hà Nội", "+91.0+104.0/", "+00.0000+000.0000/", "+nan+nan/", "22.25,104.125"])
def test_what_is_no_place_is_none(text: str) -> None:
    assert said.film_place({"location": text}) is None


@pytest.mark.parametrize("text", ["", "1904-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "yesterday"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert said.film_taken_ms({"creation_time": text}) is None
