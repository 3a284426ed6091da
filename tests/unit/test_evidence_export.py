"""Evidence packages of a room with recorded cameras: what is in them, and what becomes of a disturbed export."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from PySide6.QtPdf import QPdfDocument

from backend.contracts.events import LoggedEvent
from backend.contracts.recording import Mask
from backend.contracts.state import StateSnapshot
from backend.services.evidence import custody_log
from backend.services.evidence.exporter import WAITS_FOR_PASSPHRASE, PassphraseError, new_passphrase
from backend.services.evidence.footage import footage
from backend.services.evidence.names import file_name, folder_name
from backend.services.evidence.package_source import FolderSource, PackageError, ZipSource
from backend.services.evidence.packing import zip_stream
from backend.services.evidence.pictures import Plane
from backend.services.evidence.verify import PackageReport, check
from tests.unit.evidence_room import (
    HOSTILE,
    T0_MS,
    EvidenceRoom,
    agency,
    evidence_room,
    happened,
    new_exporter,
    order,
)

EXPORT = "0123456789abcdef" * 2


def exports_of(room: EvidenceRoom) -> Path:
    return room.folder / "exports"


def play(
    tmp_path: Path,
    scenario: Callable[[EvidenceRoom], Coroutine[None, None, None]],
    own_process: bool = False,
    reserve_bytes: int = 1_000_000,
) -> None:
    async def run() -> None:
        async with evidence_room(
            f"sqlite:///{tmp_path / 'trucban.sqlite3'}", tmp_path, reserve_bytes, own_process
        ) as room:
            await scenario(room)

    asyncio.run(run())


def good(folder: Path, room: EvidenceRoom) -> PackageReport:
    report = check(FolderSource(folder), [room.sources.signer.public_key])
    assert report.good, [finding for finding in report.findings if finding.status != "intact"]
    return report


def packets(file: Path) -> list[tuple[str, bool, bytes]]:
    with av.open(str(file)) as container:
        return [
            (packet.stream.type, packet.is_keyframe, bytes(packet))
            for packet in container.demux()
            if packet.size and packet.pts is not None
        ]


def video_packets(file: Path) -> list[bytes]:
    return [content for kind, _, content in packets(file) if kind == "video"]


def decoded(file: Path) -> list[VideoFrame]:
    with av.open(str(file)) as container:
        return list(container.decode(video=0))


def levels(frame: VideoFrame) -> Plane:
    """The luma plane."""
    return frame.reformat(format="gray").to_ndarray().astype(np.uint8)


def probed(file: Path) -> list[dict[str, object]]:
    """Raises: AssertionError when ffprobe has anything to complain about."""
    ffprobe = shutil.which("ffprobe")
    assert ffprobe is not None, "ffprobe is one of the packages of packaging/setup"
    command = [ffprobe, "-v", "error", "-of", "json", "-count_frames", "-show_streams", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    streams: list[dict[str, object]] = json.loads(done.stdout)["streams"]
    return streams


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))


# -- the videos ------------------------------------------------------------------------------------------------------


def test_joined_videos_hold_every_packet_as_it_was_recorded_and_play(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        files = [await room.record("cam-1", after_ms, b_frames=2) for after_ms in (0, 2_000, 4_000)]
        heard = await room.record("cam-2", 0, codec="libx265", sound=True)
        folder = await room.exported(EXPORT, order(("cam-1", "cam-2")))
        joined = folder / "cameras/cam-1/cam-1_20260101-090000.mp4"
        assert video_packets(joined) == [content for file in files for content in video_packets(file)]
        (stream,) = probed(joined)
        assert stream["nb_read_frames"] == "60"
        assert float(str(stream["duration"])) == pytest.approx(6.0, abs=0.11)
        other = folder / "cameras/cam-2/cam-2_20260101-090000.mp4"
        video, sound = probed(other)
        assert (video["codec_tag_string"], sound["codec_name"]) == ("hvc1", "aac")
        assert sorted(packets(other)) == sorted(packets(heard))
        # The index before the pictures: a file plays at once.
        content = joined.read_bytes()
        assert content.find(b"moov") < content.find(b"mdat")
        good(folder, room)

    play(tmp_path, scenario, own_process=True)


def test_the_table_beside_a_video_says_which_file_time_is_which_instant(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        for after_ms in (0, 2_000, 4_300):
            await room.record("cam-1", after_ms)
        folder = await room.exported(EXPORT, order())
        table = rows(folder / "cameras/cam-1/cam-1_20260101-090000.csv")
        assert [row["giay_trong_tep"] for row in table] == ["0.000", "2.000", "4.300"]
        assert [int(row["epoch_ms"]) - T0_MS for row in table] == [0, 2_000, 4_300]
        assert table[2]["thoi_diem"] == "2026-01-01T09:00:04.300+07:00"
        # Each picture stands at its instant: the third recorded file begins with the darkest picture again.
        with av.open(str(folder / "cameras/cam-1/cam-1_20260101-090000.mp4")) as container:
            times = [round(frame.time or 0.0, 3) for frame in container.decode(video=0)]
        assert times[20:22] == [2.0, 2.1]
        assert times[40] == 4.3

    play(tmp_path, scenario)


def test_a_span_is_cut_at_the_key_frames_around_it(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0, seconds=6.0)
        wanted = order(start_ms=T0_MS + 2_500, end_ms=T0_MS + 3_500)
        folder = await room.exported(EXPORT, wanted)
        file = folder / "cameras/cam-1/cam-1_20260101-090002.mp4"
        # A key frame a second: the pictures of 2 s up to 4 s hold the span, and no more is given away.
        assert len(decoded(file)) == 20
        assert rows(file.with_suffix(".csv"))[0]["epoch_ms"] == str(T0_MS + 2_000)

    play(tmp_path, scenario)


def test_a_gap_and_another_picture_begin_a_new_file_and_gaps_are_told(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        for after_ms, size in ((0, (160, 96)), (2_000, (192, 112)), (4_000, (192, 112)), (9_000, (192, 112))):
            await room.record("cam-1", after_ms, size=size)
        folder = await room.exported(EXPORT, order(seconds=11))
        names = sorted(path.name for path in (folder / "cameras/cam-1").glob("*.mp4"))
        assert names == [f"cam-1_20260101-0900{second}.mp4" for second in ("00", "02", "09")]
        assert "Khoảng trống: 09:00:06 01/01/2026 – 09:00:09 01/01/2026" in (folder / "index.html").read_text("utf-8")

    play(tmp_path, scenario)


def test_broken_and_lost_recordings_are_left_out_and_told(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        cut = await room.record("cam-1", 2_000)
        empty = await room.record("cam-1", 4_000)
        lost = await room.record("cam-1", 6_000)
        await room.record("cam-1", 8_000)
        cut.write_bytes(cut.read_bytes()[: cut.stat().st_size * 2 // 3])
        empty.write_bytes(b"")
        lost.unlink()
        folder = await room.exported(EXPORT, order(seconds=10))
        shown = (folder / "index.html").read_text("utf-8")
        for span in ("09:00:04 01/01/2026 – 09:00:06", "09:00:06 01/01/2026 – 09:00:08"):
            assert f"Đoạn ghi hỏng: {span} 01/01/2026" in shown
        assert json.loads((folder / "manifest.json").read_bytes())["left_out"]
        for file in (folder / "cameras/cam-1").glob("*.mp4"):
            probed(file)
        good(folder, room)

    play(tmp_path, scenario)


# -- everything else in the package ----------------------------------------------------------------------------------


def test_the_package_holds_the_events_of_the_span_and_of_the_incident(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 4_000)
        await happened(room)
        wanted = order(start_ms=T0_MS + 4_000, end_ms=T0_MS + 6_000, alert_id="a-1")
        folder = await room.exported(EXPORT, wanted)
        lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
        events = [LoggedEvent.model_validate_json(line) for line in lines]
        kinds = [logged.event.kind for logged in events]
        assert kinds == [
            "alert.raised", "alert.acknowledged", "mark.placed",
            "alert.commented", "alert.dispatched", "alert.returned",
        ]  # fmt: skip
        manifest = json.loads((folder / "manifest.json").read_bytes())
        assert manifest["log"]["first_seq"] == events[1].seq
        assert manifest["log"]["last_seq"] == events[2].seq
        assert manifest["log"]["incident_seqs"] == [events[0].seq, *(one.seq for one in events[3:])]
        before = StateSnapshot.model_validate_json((folder / "state_before.json").read_bytes())
        assert before.seq == events[0].seq
        assert [one.alert_id for one in before.alerts] == ["a-1"]
        content = (folder / "readings/R-01_Level.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        table = rows(folder / "readings/R-01_Level.csv")
        assert [row["thoi_gian"] for row in table] == [f"2026-01-01T09:00:0{second}.000+07:00" for second in (4, 5, 6)]
        assert (table[0]["gia_tri"], table[0]["don_vi"], table[0]["trang_thai"]) == ("80.04", "m", "00")
        custody = [json.loads(line) for line in (folder / "custody.jsonl").read_text("utf-8").splitlines()]
        assert (custody[0]["by"], custody[0]["from"], custody[1]["deed"]) == ("giam-sat", "10.0.0.9", "making begun")

    play(tmp_path, scenario)


def test_stills_show_the_picture_of_their_instant(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0, seconds=6.0)
        await happened(room)
        folder = await room.exported(EXPORT, order(alert_id="a-1"))
        stills = {path.name.split("_")[2]: path for path in (folder / "stills").iterdir()}
        assert set(stills) == {"dau.jpg", "canh-bao.jpg", "dau-moc.jpg"}
        for name, index in (("dau.jpg", 0), ("canh-bao.jpg", 30), ("dau-moc.jpg", 50)):
            (frame,) = decoded(stills[name])
            # JPEG's levels are 0..255, the recording's 16..235.
            assert levels(frame).mean() == pytest.approx((40 + 2 * index - 16) * 255 / 219, abs=3)

    play(tmp_path, scenario)


class Loads(HTMLParser):
    """What a browser would load of a page, and what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.linked: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "poster", "data", "action", "background") and value:
                self.loaded.append(value)
            if name == "href" and value:
                (self.loaded if tag == "link" else self.linked).append(value)
            assert not name.startswith("on"), (tag, name)


def test_the_pages_load_nothing_from_elsewhere_and_run_nothing_of_strangers(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        await happened(room, HOSTILE)
        folder = await room.exported(EXPORT, order(seconds=45, alert_id="a-1", title=HOSTILE[:200]))
        for name in ("index.html", "map.html"):
            text = (folder / name).read_text("utf-8")
            page = Loads()
            page.feed(text)
            for address in [*page.loaded, *page.linked]:
                assert not re.match(r"(?i)\s*([a-z]+:)?//|[a-z]+:", address), address
                assert (folder / address).is_file(), address
            styles = "".join(re.findall(r"(?s)<style>(.*?)</style>", text))
            addresses = re.findall(r"url\(([^)]*)\)", styles)
            assert all(address.startswith(("data:image/png;base64,", "#default")) for address in addresses)
            assert "@import" not in styles
            assert "sourceMappingURL" not in text
            assert "evil.example/x.png>" not in re.sub(r"(?s)<script>.*?</script>", "", text)
            assert "iframe" not in page.tags
        index = (folder / "index.html").read_text("utf-8")
        assert "<script" not in index
        assert "script-src 'none'" in index
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in index
        drawn = (folder / "map.html").read_text("utf-8")
        assert "default-src 'none'" in drawn
        inside = "".join(re.findall(r"(?s)<script>(.*?)</script>", drawn))
        assert "alert(1)" in inside  # the words are there, as words
        assert "<script>alert" not in drawn
        assert "${1+1}" not in inside
        assert "L.geoJson" in inside
        assert "Đường ngập" in inside

    play(tmp_path, scenario)


def test_the_report_says_everything_with_every_vietnamese_letter(tmp_path: Path, qapp: object) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        await happened(room, "Nước dâng dữ dội ở phường Cốc Lếu: ẵẳặẩẫậếềểễệốồổỗộớờởỡợứừửữự ỷỹỵ Đ")
        folder = await room.exported(EXPORT, order(seconds=45, alert_id="a-1"))
        document = QPdfDocument()
        assert document.load(str(folder / "report.pdf")) == QPdfDocument.Error.None_
        text = " ".join(document.getAllText(page).text() for page in range(document.pageCount()))
        text = re.sub(r"\s+", " ", text)
        for words in (
            "BÁO CÁO BẰNG CHỨNG",
            "Nước dâng dữ dội ở phường Cốc Lếu: ẵẳặẩẫậếềểễệốồổỗộớờởỡợứừửữự ỷỹỵ Đ",
            "giam-sat, lúc 09:02:00 01/01/2026",
            "đã gọi xã",
            "2 giây lan",  # acknowledged 1.5 s after it was raised
            "Khoảng trống",
            "Dấu vân tay khóa ký",
        ):
            assert words in text, words
        digest = next(
            one["sha256"]
            for one in json.loads((folder / "manifest.json").read_bytes())["files"]
            if one["path"].endswith(".mp4")
        )
        assert digest in text.replace(" ", "")
        document.close()

    play(tmp_path, scenario)


# -- copies ----------------------------------------------------------------------------------------------------------


def test_a_watermark_is_burnt_into_a_second_copy_and_the_original_stays(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        file = await room.record("cam-1", 0, size=(640, 360), b_frames=2)
        folder = await room.exported(EXPORT, order(seconds=2, watermark="Viện kiểm sát nhân dân"))
        original = folder / "cameras/cam-1/cam-1_20260101-090000.mp4"
        assert video_packets(original) == video_packets(file)
        copied = decoded(folder / "copies/cam-1/cam-1_20260101-090000.mp4")
        assert len(copied) == 20
        plain = decoded(original)
        for number in (0, 19):
            shown, before = levels(copied[number]).astype(int), levels(plain[number]).astype(int)
            assert shown[:30].max() > 200
            assert shown[:30].min() < before[:30].min()
            assert np.abs(shown[60:] - before[60:]).mean() < 3
        # The clock goes on: the letters of two pictures differ.
        assert np.abs(levels(copied[0])[:30].astype(int) - levels(copied[19])[:30].astype(int)).max() > 60

    play(tmp_path, scenario)


def test_masks_hide_every_pixel_in_copies_and_stills_and_the_original_stays_out(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0, size=(320, 192))
        await room.record("cam-2", 0, size=(320, 192))
        mask = Mask(camera_id="cam-1", corners=((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)))
        folder = await room.exported(EXPORT, order(("cam-1", "cam-2"), seconds=2, masks=(mask,)))
        assert not list((folder / "cameras/cam-1").glob("*.mp4"))
        assert list((folder / "cameras/cam-2").glob("*.mp4"))
        assert not (folder / "copies/cam-2").exists()
        pictures = decoded(folder / "copies/cam-1/cam-1_20260101-090000.mp4")
        assert len(pictures) == 20
        pictures += decoded(next((folder / "stills").glob("cam-1_*")))
        for frame in pictures:
            shown = levels(frame)
            # Black but for what the encoder rounds; outside it is the grey that was recorded.
            assert shown[48:144, 80:240].max() < 24
            assert shown[:40].min() > 24
        manifest = json.loads((folder / "manifest.json").read_bytes())
        assert "Hình gốc của camera Cầu (cam-1)" in manifest["left_out"][0]
        assert manifest["order"]["masks"][0]["camera_id"] == "cam-1"

    play(tmp_path, scenario)


# -- disturbed exports -----------------------------------------------------------------------------------------------


def children(room: EvidenceRoom) -> list[Path]:
    return sorted(exports_of(room).iterdir())


@asynccontextmanager
async def stopped_in_the_middle(room: EvidenceRoom, wanted: Callable[[Path], bool]) -> AsyncIterator[Path]:
    """The backend ends while an export is being made, as soon as `wanted` of its work folder is true."""
    work = exports_of(room) / f"{folder_name(EXPORT)}.work"
    await room.until(lambda: wanted(work), "the middle of the export")
    await room.stop()
    yield work


def journal(work: Path) -> list[str]:
    file = work / "journal.jsonl"
    return [json.loads(line)["path"] for line in file.read_text("utf-8").splitlines()] if file.is_file() else []


def test_an_export_of_a_killed_backend_goes_on_and_keeps_finished_files(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        for after_ms in (0, 4_000, 8_000, 12_000, 16_000):
            await room.record("cam-1", after_ms, size=(640, 360))
        room.start()
        await room.order(EXPORT, order(seconds=18, watermark="x"))
        async with stopped_in_the_middle(room, lambda work: sum(".mp4" in path for path in journal(work)) >= 2) as work:
            finished = [path for path in journal(work) if path.endswith(".mp4")]
            before = {path: (work / "package" / path).stat().st_mtime_ns for path in finished}
            assert not (work / "package/manifest.json").exists()
            assert room.exporter.ready(EXPORT) is None
        # A file that was half written, or damaged meanwhile, is made again.
        spoilt = finished.pop()
        file = work / "package" / spoilt
        file.write_bytes(file.read_bytes()[:-1] + b"?")
        (work / "package/half.mp4").write_bytes(b"half")
        room.exporter = new_exporter(room.sources, exports_of(room), own_process=True)
        room.start()
        await room.ended(EXPORT)
        folder = exports_of(room) / folder_name(EXPORT)
        for path in finished:
            assert (folder / path).stat().st_mtime_ns == before[path], f"{path} was made twice"
        starts = [json.loads(line)["deed"] for line in (folder / "custody.jsonl").read_text("utf-8").splitlines()]
        assert starts == ["ordered", "making begun", "making begun"]
        assert room.state(EXPORT).reason == ""
        good(folder, room)
        assert not work.exists()

    play(tmp_path, scenario, own_process=True)


def test_a_maker_that_is_killed_fails_the_export_which_can_go_on(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        for after_ms in (0, 4_000, 8_000):
            await room.record("cam-1", after_ms, size=(640, 360))
        room.start()
        await room.order(EXPORT, order(seconds=10, watermark="x"))
        work = exports_of(room) / f"{folder_name(EXPORT)}.work"
        await room.until(lambda: (work / "backend.lock").is_file() and len(journal(work)) > 3, "a maker at work")
        maker = (work / "backend.lock").read_text().strip()
        kill = await asyncio.create_subprocess_exec("kill", "-9", maker)
        await kill.wait()
        state = await room.ended(EXPORT, "failed")
        assert "dừng đột ngột" in state.reason
        assert room.exporter.ready(EXPORT) is None
        await room.change(EXPORT, "running")
        await room.ended(EXPORT)
        good(exports_of(room) / folder_name(EXPORT), room)

    play(tmp_path, scenario, own_process=True)


def test_a_cancelled_export_leaves_nothing_that_looks_like_a_package_and_goes_on_when_asked(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        for after_ms in (0, 4_000, 8_000):
            await room.record("cam-1", after_ms, size=(640, 360))
        room.start()
        await room.order(EXPORT, order(seconds=10, watermark="x"))
        work = exports_of(room) / f"{folder_name(EXPORT)}.work"
        await room.until(lambda: len(journal(work)) > 3, "a maker at work")
        await room.change(EXPORT, "cancelled")
        await room.until(lambda: room.exporter._current is None, "the maker's end")
        assert children(room) == [work]
        with pytest.raises(PackageError, match="no manifest.json"):
            check(FolderSource(work / "package"))
        assert room.exporter.ready(EXPORT) is None
        await room.change(EXPORT, "running")
        await room.ended(EXPORT)
        good(exports_of(room) / folder_name(EXPORT), room)

    play(tmp_path, scenario, own_process=True)


def test_a_disk_without_room_fails_the_export_with_its_reason_and_nothing_else(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        room.start()
        await room.order(EXPORT, order())
        state = await room.ended(EXPORT, "failed")
        assert re.fullmatch(r"ổ đĩa không đủ chỗ: cần khoảng [\d,]+ GB, còn [\d,]+ GB", state.reason)
        assert room.running is not None
        assert not room.running.done()
        await happened(room)

    play(tmp_path, scenario, reserve_bytes=1 << 60)


def test_exports_are_made_one_after_the_other_and_wait_for_the_end_of_their_span(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        room.start()
        later = order(start_ms=T0_MS, end_ms=T0_MS + 118_000)
        await room.order("later" * 8, later)
        await room.order(EXPORT, order())
        await room.ended(EXPORT)
        progress = room.exporter.progress("later" * 8)
        assert progress is not None
        assert (progress.condition, progress.step) == ("running", "đợi hết khoảng thời gian được yêu cầu")
        room.clock[0] += 10_000
        room.exporter._wake.set()
        await room.ended("later" * 8)

    play(tmp_path, scenario)


# -- handing it out --------------------------------------------------------------------------------------------------


def test_the_package_is_streamed_as_a_sealed_zip(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        folder = await room.exported(EXPORT, order())
        content = b"".join(zip_stream(folder, room.sources.signer.sign))
        assert check(ZipSource(io.BytesIO(content)), [room.sources.signer.public_key]).good

    play(tmp_path, scenario)


def test_an_encrypted_package_waits_for_its_passphrase_which_is_kept_nowhere(tmp_path: Path) -> None:
    passphrase = "mật khẩu rất dài 1234"

    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        room.start()
        await room.order(EXPORT, order(encrypt=True))
        await room.until(lambda: step(room) == WAITS_FOR_PASSPHRASE, "the wish for a passphrase")
        await room.exported("another" * 5, order())  # it holds nobody up
        await room.stop()
        room.exporter = new_exporter(room.sources, exports_of(room), own_process=True)
        room.start()
        await room.until(lambda: step(room) == WAITS_FOR_PASSPHRASE, "the wish for a passphrase, asked again")
        assert room.exporter.passphrase(EXPORT, passphrase) == passphrase
        await room.ended(EXPORT)
        ready = room.exporter.ready(EXPORT)
        assert ready is not None
        assert ready.folder is None
        assert ready.file is not None
        report = check(ZipSource(io.BytesIO(ready.file.read_bytes()), passphrase.encode()), [key(room)])
        assert report.good
        assert not (exports_of(room) / folder_name(EXPORT)).exists()
        for file in [path for path in room.folder.rglob("*") if path.is_file()]:
            assert passphrase.encode() not in file.read_bytes(), file
        assert room.exporter.passphrase(EXPORT) == passphrase
        await room.stop()
        with pytest.raises(PassphraseError, match="no longer known"):
            new_exporter(room.sources, exports_of(room)).passphrase(EXPORT)

    play(tmp_path, scenario, own_process=True)


def step(room: EvidenceRoom) -> str:
    progress = room.exporter.progress(EXPORT)
    return "" if progress is None else progress.step


def key(room: EvidenceRoom) -> bytes:
    return room.sources.signer.public_key


def test_who_took_a_package_is_signed_line_by_line(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        folder = await room.exported(EXPORT, order())
        ready = room.exporter.ready(EXPORT)
        assert ready is not None
        for user in ("giam-sat", "thanh-tra", "giam-sat"):
            room.exporter.taken(ready, "fetched", user, "10.0.0.9")
        content = ready.custody.read_bytes()
        assert custody_log.faults(content, key(room), ready.digest) == []
        lines = content.splitlines(keepends=True)
        for changed in (
            content.replace(b"thanh-tra", b"thanh-trb"),
            b"".join((lines[0], lines[2])),
            b"".join((lines[1], lines[0], lines[2])),
            b"".join((*lines, lines[2])),
            content.replace(b'"number":2', b'"number": 2'),
        ):
            assert custody_log.faults(changed, key(room), ready.digest)
        assert custody_log.faults(content, key(room), "0" * 64)
        # A line that was cut off by a stop of the machine is not gone on with.
        ready.custody.write_bytes(content + b'{"entry":')
        room.exporter.taken(ready, "fetched", "lan", "10.0.0.9")
        assert custody_log.faults(ready.custody.read_bytes(), key(room), ready.digest) == []
        good(folder, room)  # the package itself never changes

    play(tmp_path, scenario)


def test_two_who_take_a_package_at_once_have_a_line_each(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await room.record("cam-1", 0)
        await room.exported(EXPORT, order())
        ready = room.exporter.ready(EXPORT)
        assert ready is not None
        users = [f"user-{number}" for number in range(24)]
        taken = room.exporter.taken
        await asyncio.gather(*(asyncio.to_thread(taken, ready, "fetched", user, "10.0.0.9") for user in users))
        content = ready.custody.read_bytes()
        assert custody_log.faults(content, key(room), ready.digest) == []
        assert sorted(json.loads(line)["entry"]["by"] for line in content.splitlines()) == sorted(users)

    play(tmp_path, scenario)


# -- small rules -----------------------------------------------------------------------------------------------------


def test_identifiers_never_lead_out_of_their_folder() -> None:
    names = [folder_name(text) for text in ("../../etc", "CON", "a" * 200, "x-" + "0" * 32, "ABC" * 4, "abc" * 4, "")]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_-]+", name) for name in names)
    files = [file_name(text) for text in ("../x", "con", "PM2,5", "PM2_5", "Ngã tư", "a/b", "a\\b")]
    assert len(set(files)) == len(files)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in files)


def test_a_passphrase_that_is_made_is_long_and_never_the_same() -> None:
    made = {new_passphrase() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"([a-z2-9]{4}-){5}[a-z2-9]{4}", one) for one in made)


def test_no_recording_is_one_hole() -> None:
    assert footage([], 0, 10_000).holes(0, 10_000) == [(0, 10_000)]


def test_the_incident_of_a_room_that_forgot_it_is_followed_in_the_log(tmp_path: Path) -> None:
    async def scenario(room: EvidenceRoom) -> None:
        await happened(room)
        room.room.durable.closed.clear()
        room.room.state.closed.clear()
        assert agency(room.room.durable)
        folder = await room.exported(EXPORT, order((), seconds=6, alert_id="a-1"))
        lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
        kinds = [LoggedEvent.model_validate_json(line).event.kind for line in lines]
        assert kinds[-3:] == ["alert.commented", "alert.dispatched", "alert.returned"]
        assert json.loads((folder / "manifest.json").read_bytes())["log"]["incident_complete"] is True

    play(tmp_path, scenario)
