"""The watched folder: when a file is taken, in which order, and where it goes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import get_args

import pytest

from backend.contracts.doors import IngestAnswer, Rejection
from backend.sources import SourceContext, source_specs
from backend.sources.station_drop import DropFolder
from backend.sources.station_file import MAX_FILE_BYTES
from config.source_model import CapFeedSource, DropFolderSource, SourceConfig
from tests.unit.feeds_samples import NOW_MS, local_time, opened_desk, small_site

PATTERN = r"^(?P<station>.+)_(?P<at>\d{14})\.txt$"


class Bench:
    """A drop folder whose clock is moved by hand, and what came out of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_s = 0.0
        self.taken: list[tuple[str, bytes]] = []
        self.faults: list[str] = []
        self.trouble: Exception | None = None
        self.drop = DropFolder(folder, PATTERN, 1.0, self._take, self.faults.append, lambda: self.now_s)

    async def _take(self, name: str, body: bytes) -> IngestAnswer:
        if self.trouble is not None:
            raise self.trouble
        self.taken.append((name, body))
        if body.startswith(b"bad"):
            return IngestAnswer(accepted=0, duplicates=0, rejected=(Rejection(line=0, reason="bad"),))
        return IngestAnswer(accepted=1, duplicates=0)

    def look(self, after_s: float = 0.0) -> int:
        self.now_s += after_s
        return asyncio.run(self.drop.look())

    def put(self, name: str, body: bytes = b"good") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return path

    def names(self, sub: str = "") -> list[str]:
        return sorted(path.name for path in (self.folder / sub).iterdir() if path.is_file())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "drop")


def test_a_file_is_taken_when_it_stood_still(bench: Bench) -> None:
    path = bench.put("A_20260101090000.txt", b"go")
    assert bench.look() == 0
    assert bench.look(0.9) == 0
    path.write_bytes(b"good")
    os.utime(path, ns=(1, 1))
    assert bench.look(0.9) == 0, "it grew meanwhile"
    assert bench.look(1.1) == 1
    assert bench.taken == [("A_20260101090000.txt", b"good")]
    assert (bench.names(), bench.names("done")) == ([], ["A_20260101090000.txt"])


def test_the_oldest_by_name_goes_first_and_a_bad_one_costs_nothing_but_itself(bench: Bench) -> None:
    for name, body in (
        ("B_20260101090500.txt", b"good"),
        ("A_20260101091000.txt", b"good"),
        ("C_20260101090000.txt", b"bad"),
    ):
        bench.put(name, body)
    bench.look()
    bench.look(1.0)
    assert [name[0] for name, _ in bench.taken] == ["C", "B", "A"]
    assert bench.names("refused") == ["C_20260101090000.txt"]
    assert len(bench.names("done")) == 2


def test_the_same_name_again_overwrites_nothing(bench: Bench) -> None:
    for _ in range(3):
        bench.put("A_20260101090000.txt")
        bench.look()
        bench.look(1.0)
    assert bench.names("done") == [
        "A_20260101090000.txt",
        "A_20260101090000~2.txt",
        "A_20260101090000~3.txt",
    ]


def test_unfinished_hidden_linked_and_endless_files_are_left_alone(bench: Bench, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for name in ("A_20260101090000.txt.part", ".A_20260101090000.txt", "x.tmp"):
        bench.put(name)
    (bench.folder / "L_20260101090000.txt").symlink_to(secret)
    os.mkfifo(bench.folder / "P_20260101090000.txt")
    (bench.folder / "done").mkdir()
    bench.look()
    assert bench.look(5.0) == 0
    assert bench.taken == []


def test_what_could_not_be_stored_stays_and_is_taken_later(bench: Bench) -> None:
    bench.put("A_20260101090000.txt")
    bench.look()
    bench.trouble = RuntimeError("disk full")
    with pytest.raises(RuntimeError):
        bench.look(1.0)
    assert bench.names() == ["A_20260101090000.txt"]
    bench.trouble = None
    assert bench.look(1.0) == 1
    assert bench.names("done") == ["A_20260101090000.txt"]


def test_a_file_that_cannot_be_moved_is_told_once_and_blocks_no_other(bench: Bench) -> None:
    bench.put("A_20260101090000.txt")
    bench.put("B_20260101090500.txt")
    (bench.folder / "done").write_text("a file where the folder should be")
    bench.look()
    bench.look(1.0)
    assert [name[0] for name, _ in bench.taken[:2]] == ["A", "B"]
    told = len(bench.faults)
    bench.look(1.0)
    assert len(bench.faults) == told


def test_an_oversize_file_is_not_read_whole(bench: Bench) -> None:
    bench.put("A_20260101090000.txt", b"bad" + b"x" * (MAX_FILE_BYTES + 1000))
    bench.look()
    bench.look(1.0)
    assert len(bench.taken[0][1]) == MAX_FILE_BYTES + 1


def test_files_in_the_folder_reach_the_readings_through_the_real_door(tmp_path: Path) -> None:
    faults: list[str] = []

    async def scenario() -> None:
        source = DropFolderSource(producer_id="tang-loong", folder=Path("drop/tl"), stable_after_s=0.05)
        site = small_site(sources=(source,))
        async with opened_desk(tmp_path, site) as desk:
            context = SourceContext(
                site,
                tmp_path,
                desk.ingest,
                desk.cameras,
                desk.accounts,
                desk.now,
                lambda who, text: faults.append(text),
            )
            task = asyncio.create_task(_run(source, context))
            folder = tmp_path / "drop" / "tl"
            await _until(folder.is_dir)
            line = f"SO2\t7\tmg/Nm3\t{local_time(NOW_MS)}\t00"
            (folder / "TL-KT-01_20260101090000.txt").write_text(line, encoding="utf-8")
            (folder / "nonsense.bin").write_bytes(b"\x00\xff")
            await _until(lambda: (folder / "done" / "TL-KT-01_20260101090000.txt").exists())
            await _until(lambda: (folder / "refused" / "nonsense.bin").exists())
            assert await desk.store.samples("TL-KT-01", "SO2", 0, NOW_MS) == ((NOW_MS, 7.0, 0),)
            assert desk.only("input.quarantined").place_id == "tang-loong"
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())
    assert faults == []


async def _run(source: DropFolderSource, context: SourceContext) -> None:
    await source_specs()["station_drop"].bind(source, context)()


async def _until(condition: object, timeout_s: float = 10.0) -> None:
    assert callable(condition)
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


def test_every_kind_of_source_settings_has_its_module(tmp_path: Path) -> None:
    specs = source_specs()
    every = get_args(get_args(SourceConfig)[0])
    assert set(specs) == {model.model_fields["kind"].default for model in every}
    context: SourceContext = None  # type: ignore[assignment]
    with pytest.raises(TypeError, match="station_drop cannot run on CapFeedSource"):
        specs["station_drop"].bind(CapFeedSource(producer_id="x", url="http://x"), context)
