"""Data loggers: station TXT files of TT 10/2021, dropped into a folder or posted with a token."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import httpx

from backend.contracts.site import Station
from backend.simulate.story import Sample, Story
from config.model import SiteConfig
from config.source_model import DropFolderSource

MAX_BACKLOG: Final = 5_000
_WRITTEN_UNIT: Final = {"µg/m3": "ug/m3", "°C": "oC"}
_DENSE_H: Final = 6.0
_SPARSE: Final = 2
MAX_LINES: Final = 4_000


@dataclass(frozen=True, slots=True)
class StationFile:
    name: str
    body: bytes


class Outbox(Protocol):
    """Where a logger's files go."""

    async def send(self, file: StationFile) -> None: ...


def local_stamp(at_ms: int, utc_offset_min: int) -> str:
    """yyyyMMddHHmmss in the site's own time."""
    return (datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)).strftime("%Y%m%d%H%M%S")


class Logger:
    """One station's data logger. Loggers differ as in life: decimal comma or point, own spellings."""

    def __init__(self, site: SiteConfig, station: Station, story: Story) -> None:
        self.site = site
        self.station = station
        self.story = story
        number = sum(station.station_id.encode())
        self._comma = number % 3 == 0
        source = next(
            (s for s in site.sources if isinstance(s, DropFolderSource) and s.producer_id == station.producer_id), None
        )
        names = {known: name for name, known in (source.station_names if source else {}).items()}
        own_name = names.get(station.station_id, station.station_id)
        self._file_name = f"LC_{own_name}" if names else own_name
        aliases = {known: alias for alias, known in (source.aliases if source else {}).items()}
        self._spelling = aliases if number % 2 else {}

    def file(self, instants_ms: Sequence[int]) -> StationFile | None:
        """Everything measured at `instants_ms` as one file; None while the station is silent."""
        lines: list[str] = []
        stamp = ""
        for at_ms in instants_ms:
            samples = self.story.samples(self.station, at_ms)
            if samples:
                stamp = local_stamp(at_ms, self.site.utc_offset_min)
                lines.extend(self._line(sample, stamp) for sample in samples)
        if not lines:
            return None
        return StationFile(f"{self._file_name}_{stamp}.txt", ("\r\n".join(lines) + "\r\n").encode())

    def _line(self, sample: Sample, stamp: str) -> str:
        value = f"{sample.value:.3f}".rstrip("0").rstrip(".")
        if self._comma:
            value = value.replace(".", ",")
        unit = _WRITTEN_UNIT.get(sample.unit, sample.unit)
        return f"{self._spelling.get(sample.symbol, sample.symbol)}\t{value}\t{unit}\t{stamp}\t{sample.status:02d}"

    def history(self, from_ms: int, to_ms: int) -> list[StationFile]:
        """The files of [from, to): every interval in the newest hours, every second one before, a few hours a file."""
        step_ms = self.station.interval_s * 1000
        dense_from_ms = to_ms - round(_DENSE_H * 3_600_000)
        first = -(-from_ms // step_ms)
        instants = [
            tick * step_ms
            for tick in range(first, -(-to_ms // step_ms))
            if tick * step_ms >= dense_from_ms or tick % _SPARSE == 0
        ]
        per_file = max(1, MAX_LINES // len(self.station.parameters))
        parts = (self.file(instants[at : at + per_file]) for at in range(0, len(instants), per_file))
        return [part for part in parts if part is not None]


class DropFolder:
    """Writes each file under a temporary name and renames it, as a careful FTP client does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, file: StationFile) -> None:
        await asyncio.to_thread(self._write, file)

    def _write(self, file: StationFile) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".{file.name}.part"
        part.write_bytes(file.body)
        part.replace(self.folder / file.name)


class HttpDoor:
    """Posts to /api/v1/ingest/station-file. While the server is away files wait here and go oldest first.

    `run` does the sending; it ends only when the server refuses the token.
    """

    def __init__(self, client: httpx.AsyncClient, producer_id: str, token: str) -> None:
        self.client = client
        self.producer_id = producer_id
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain; charset=utf-8"}
        self.waiting: deque[StationFile] = deque(maxlen=MAX_BACKLOG)
        self.wake = asyncio.Event()

    async def send(self, file: StationFile) -> None:
        self.waiting.append(file)
        self.wake.set()

    async def run(self) -> None:
        pause_s = 0.5
        while True:
            if not self.waiting:
                self.wake.clear()
                await self.wake.wait()
            file = self.waiting[0]
            try:
                answer = await self.client.post(
                    "/api/v1/ingest/station-file", params={"name": file.name}, content=file.body, headers=self.headers
                )
            except httpx.HTTPError:
                answer = None
            if answer is None or answer.status_code >= 500 or answer.status_code == 429:
                await asyncio.sleep(pause_s)
                pause_s = min(10.0, pause_s * 2)
                continue
            pause_s = 0.5
            self.waiting.popleft()
            if answer.status_code in (401, 403):
                print(
                    f"simulate: the server refuses the token of {self.producer_id}; it sends nothing more", flush=True
                )
                return
            if answer.status_code >= 400:
                print(f"simulate: {file.name} was refused: {answer.text[:300]}", flush=True)


async def play_logger(logger: Logger, outbox: Outbox, offset_s: float) -> None:
    """Sends a file every interval, `offset_s` into it, for ever."""
    interval_s = logger.station.interval_s
    while True:
        now_s = datetime.now(UTC).timestamp()
        await asyncio.sleep(interval_s - (now_s - offset_s) % interval_s)
        at_ms = round(datetime.now(UTC).timestamp()) * 1000
        file = logger.file([at_ms])
        if file is not None:
            await outbox.send(file)
