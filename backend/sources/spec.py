"""What a feed module offers (`SPEC`) and what it is given (`SourceContext`)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from backend.contracts.doors import IngestAnswer
from backend.contracts.events import CameraCondition
from backend.sources.call_note import CallNote
from backend.sources.cyber_note import CyberNote
from backend.sources.fire_codes import FireReport
from backend.sources.mqtt_messages import MqttMessage
from config.model import SiteConfig
from config.source_model import (
    AmiSource,
    CameraProbeSource,
    CapFeedSource,
    DropFolderSource,
    EveSource,
    FirePanelSource,
    ForecastDropSource,
    FtpDoorSource,
    ImapSource,
    MqttSource,
    NewsFeedSource,
    SourceConfig,
    SyslogSource,
    ZaloSource,
)

C = TypeVar(
    "C",
    DropFolderSource,
    FtpDoorSource,
    ForecastDropSource,
    CapFeedSource,
    NewsFeedSource,
    CameraProbeSource,
    FirePanelSource,
    MqttSource,
    SyslogSource,
    EveSource,
    ZaloSource,
    AmiSource,
    ImapSource,
)


class IngestDoors(Protocol):
    """The doors every input goes through, whichever way it came in (`backend.services.ingest.Ingest`)."""

    async def cap(self, producer_id: str, body: bytes, origin: str = "") -> IngestAnswer: ...

    async def forecasts(self, producer_id: str, body: bytes, name: str = "", origin: str = "") -> IngestAnswer: ...

    async def station_file(self, producer_id: str, name: str, body: bytes) -> IngestAnswer: ...

    async def fire(
        self, producer_id: str, fire_site_id: str, reports: Sequence[FireReport], origin: str = ""
    ) -> IngestAnswer:
        """What one panel reported; no report = a link test."""
        ...

    async def cyber(
        self, producer_id: str, door: str, notes: Sequence[CyberNote], records: int, origin: str = ""
    ) -> IngestAnswer:
        """What a security sensor reported in `records` messages."""
        ...

    async def refuse(self, producer_id: str, door: str, name: str, body: bytes, reason: str, count: int = 1) -> None:
        """Something came that is no message at all: counted and kept, a flood of it counted only."""
        ...

    async def news(self, producer_id: str, body: bytes) -> IngestAnswer:
        """What a news feed lists now."""
        ...

    async def settle(self, source: ZaloSource, fetch: Callable[[str], AsyncGenerator[bytes, None]]) -> None:
        """Make reports of what citizens wrote there; `fetch`: the bytes of a picture (Raises: FetchError)."""
        ...

    async def call_notes(self, producer_id: str, notes: Sequence[CallNote]) -> IngestAnswer:
        """What the hotline's switchboard tells of its calls."""
        ...

    def calls_going(self, producer_id: str) -> frozenset[str]:
        """The switchboard's own ids of its calls that the room shows as going on."""
        ...

    async def mail(self, source: ImapSource, body: bytes, size_bytes: int) -> IngestAnswer:
        """One mail; of one that is larger than the source takes, `body` is its head only."""
        ...

    async def mqtt(self, producer_id: str, messages: Sequence[MqttMessage]) -> IngestAnswer: ...

    def heard(self, producer_id: str) -> None:
        """The producer answered, though it had nothing new: it is not silent."""

    def gone(self, producer_id: str, reason_vi: str, reason_en: str) -> None:
        """The producer cannot be reached: it is silent from now on, whatever its rhythm, until it is heard."""

    def dropped(self, producer_id: str, count: int) -> None:
        """So many of its messages were not taken because they came too fast; no state was among them."""


class CameraReports(Protocol):
    """Where the probe tells what it found (`backend.services.watch.CameraWatch`)."""

    async def report(self, camera_id: str, condition: CameraCondition, reason: str) -> None: ...


class FeedLogins(Protocol):
    """Who may log in at a source's own server (`backend.services.accounts.Accounts`)."""

    async def feed_refusal(self, user: str, password: str, origin: str) -> str:
        """Why not, for the log; "" = the password is right."""


@dataclass(frozen=True, slots=True)
class SourceContext:
    """Everything a source may touch.

    Attributes:
        data_dir: the backend's data folder; relative paths of a site's sources lie inside it.
        fault: told of a trouble a person should read in the log: (producer_id, what, with no secret in it).
    """

    site: SiteConfig
    data_dir: Path
    ingest: IngestDoors
    cameras: CameraReports
    logins: FeedLogins
    now_ms: Callable[[], int]
    fault: Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class SourceSpec(Generic[C]):
    """One kind of feed. `key` is the `kind` of its settings; `run` ends only when it is cancelled."""

    key: str
    config: type[C]
    run: Callable[[C, SourceContext], Awaitable[None]]

    def bind(self, config: SourceConfig, context: SourceContext) -> Callable[[], Awaitable[None]]:
        """What a supervisor starts for these settings.

        Raises:
            TypeError: the settings are of another kind of feed.
        """
        if not isinstance(config, self.config):
            raise TypeError(f"source {self.key} cannot run on {type(config).__name__}")
        return partial(self.run, config, context)


class AnySourceSpec(Protocol):
    """A `SourceSpec` whose settings' type is not known here."""

    @property
    def key(self) -> str: ...

    def bind(self, config: SourceConfig, context: SourceContext) -> Callable[[], Awaitable[None]]: ...
