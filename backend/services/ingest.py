"""Every input of the room goes through here, whichever door it came in by: counted, stored, answered.

Everything in `accepted` and `duplicates` is durable when the answer is given; a StorageError is passed on, and the
same input may be sent again. Producers share no lock and no queue: one's bad input never delays another's.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from backend.contracts.doors import IngestAnswer, Rejection
from backend.contracts.feed import ProducerPulse
from backend.contracts.readings import MEASURING
from backend.contracts.site import Producer, Station
from backend.services.bulletins import Bulletins
from backend.services.channels import ChannelDesk, Fetch
from backend.services.cyber import CyberDesk
from backend.services.detections import COUNT_EVERY_MS, Detections
from backend.services.faulty_input import FaultyInput
from backend.services.fire import FireDesk
from backend.services.forecasts import Forecasts
from backend.services.hotline import CallDesk
from backend.services.indicators.desk import IndicatorDesk
from backend.services.outbreak import OutbreakDesk
from backend.services.places import producer_of
from backend.services.plates import Plates
from backend.services.press.desk import PressDesk
from backend.services.quarantine import Quarantine
from backend.services.readings import ReadingsService
from backend.services.reports.desk import ReportError
from backend.services.room import Room
from backend.services.zones import ZoneClashError, ZoneDesk
from backend.sources.call_note import CallNote, CallNoteError, parse_calls, without_numbers
from backend.sources.cap import CapError, parse_cap
from backend.sources.case_list import CaseListError, parse_cases
from backend.sources.cyber_note import CyberNote
from backend.sources.detections import DetectionsError, ParsedDetection, parse_detections
from backend.sources.fire_codes import FireReport
from backend.sources.forecast_file import ForecastError, parse_forecasts
from backend.sources.indicator_message import IndicatorMessageError, parse_indicators
from backend.sources.mail_message import MailError, read_mail, without_addresses
from backend.sources.mqtt_messages import CountReading, Heard, MessageError, MqttMessage, PropertyStates, read_message
from backend.sources.news_document import NewsError, parse_news
from backend.sources.social_note import SocialError, parse_social
from backend.sources.station_file import StationFileError, parse_station_file
from backend.sources.text import plain, shown
from backend.sources.zalo_note import ZaloNoteError, ZaloSignatureError, opened, read_event
from backend.sources.zone_message import ZoneMessageError, parse_zones
from backend.storage.detections import DetectionsStore
from backend.storage.readings import ReadingRow
from config.model import SiteConfig
from config.source_model import ImapSource, MqttSource, StationFileRules, ZaloSource

P = TypeVar("P")

MAX_REASON_LINES: Final = 50

_ANALYTICS_STOPPED: Final = ("máy chủ phân tích hình ảnh báo đã dừng", "the analytics server says it has stopped")

SCENE_EVERY_MS: Final = 10_000
"""A camera describes its scene with every picture; a count of it so often is enough for a chart."""

LARGE_BYTES: Final = 16_384
"""A larger body is read on a thread: up to 2 MB of it, good or hostile, would hold up every seat and producer."""


MAX_KEPT_PER_MINUTE: Final = 60
"""Of what the open doors refuse, per producer: anybody may knock there, and each one kept is a file and an fsync."""


@dataclass(slots=True)
class _Pulse:
    last_message_ms: int | None = None
    accepted: int = 0
    rejected: int = 0
    kept_ms: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_KEPT_PER_MINUTE))
    dropped: int = 0
    gone: tuple[str, str] | None = None


class _RefusedError(ValueError):
    """The whole input cannot be used; the message says why."""


class Ingest:
    """Event-loop thread only."""

    def __init__(
        self,
        site: SiteConfig,
        room: Room,
        readings: ReadingsService,
        detections: DetectionsStore,
        quarantine: Path,
        press: PressDesk,
        calls: CallDesk,
        channels: ChannelDesk,
        now_ms: Callable[[], int],
    ) -> None:
        self._site = site
        self._press = press
        self._calls = calls
        self._channels = channels
        self._readings = readings
        self._now_ms = now_ms
        self._detections = Detections(site, room, detections, now_ms)
        self._plates = Plates(site.detection_rules, quarantine.parent / "keys" / "plates.key")
        self._bulletins = Bulletins(site, room, quarantine.parent / "cap-seen.txt", now_ms)
        self.fires = FireDesk(site, room, now_ms)
        self.cybers = CyberDesk(site, room, now_ms)
        self._forecasts = Forecasts(room)
        self._zones = ZoneDesk(room)
        self._faulty = FaultyInput(site, room, Quarantine(quarantine), now_ms)
        self._pulses = {producer.producer_id: _Pulse() for producer in site.producers}
        self._brokers = {source.producer_id: source for source in site.sources if isinstance(source, MqttSource)}
        self._zalo = {source.producer_id: source for source in site.sources if isinstance(source, ZaloSource)}
        self._properties: dict[str, PropertyStates] = {}
        self._offline: dict[str, bool] = {}
        self._scene_ms: dict[str, int] = {}

    async def cap(self, producer_id: str, body: bytes, origin: str = "") -> IngestAnswer:
        """Take one CAP message. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        try:
            message = await _read(body, partial(parse_cap, body, self._now_ms()))
        except CapError as error:
            return await self._refused(producer, "cap", "", body, str(error))
        new, warnings = await self._bulletins.take(producer_id, message, origin)
        return await self._answered(producer, "cap", "", body, int(new), int(not new), (), warnings)

    async def station_file(self, producer_id: str, name: str, body: bytes) -> IngestAnswer:
        """Take one file of TT 10/2021; `name` tells the station. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        source = self._site.file_rules(producer_id)
        received_ms = self._now_ms()
        try:
            station = self._station(producer_id, name, source)
            aliases = source.aliases if source is not None else {}
            offset_min = self._site.utc_offset_min
            parsed = await _read(body, partial(parse_station_file, body, station, offset_min, received_ms, aliases))
        except (StationFileError, _RefusedError) as error:
            return await self._refused(producer, "station-file", name, body, str(error))
        rows = [
            ReadingRow(station.station_id, row.symbol, row.at_ms, row.value, row.status, received_ms, producer_id)
            for row in parsed.rows
        ]
        new = await self._readings.record(rows) if rows else ()
        duplicates = len(rows) - len(new) + parsed.repeats
        return await self._answered(
            producer, "station-file", name, body, len(new), duplicates, parsed.rejections, parsed.warnings
        )

    async def detections(self, producer_id: str, body: bytes) -> IngestAnswer:
        """Take one detection message or a list of them. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        try:
            parsed = await _read(body, partial(parse_detections, body, self._now_ms()))
        except DetectionsError as error:
            return await self._refused(producer, "detections", "", body, str(error))
        items = [self._plates.treated(item) for item in parsed.items]
        accepted, duplicates, rejections = await self._detections.take(producer_id, items)
        ignored = (f"{parsed.ignored} false positives or ended states ignored",) if parsed.ignored else ()
        every = tuple(sorted((*parsed.rejections, *rejections), key=lambda item: item.line))
        return await self._answered(producer, "detections", "", body, accepted, duplicates, every, ignored)

    async def counted(self, producer_id: str, counts: Sequence[CountReading]) -> None:
        """Take what our own analytics counted; what is there already is passed over. Raises: StorageError."""
        new = await self._readings.record(_count_rows(producer_id, counts, self._now_ms()))
        self._pulses[producer_id].accepted += len(new)
        self.heard(producer_id)

    async def fire(
        self, producer_id: str, fire_site_id: str, reports: Sequence[FireReport], origin: str = ""
    ) -> IngestAnswer:
        """Take what a fire panel reported; no report is a link test. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        await self.fires.take(producer_id, fire_site_id, reports, origin)
        return await self._answered(producer, "fire-panel", "", b"", len(reports), 0, (), ())

    async def cyber(
        self, producer_id: str, door: str, notes: Sequence[CyberNote], records: int, origin: str = ""
    ) -> IngestAnswer:
        """Take what a security sensor reported in `records` messages, alerts or not. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        if notes:
            await self.cybers.take(producer, notes, origin)
        return await self._answered(producer, door, "", b"", records, 0, (), ())

    async def refuse(self, producer_id: str, door: str, name: str, body: bytes, reason: str, count: int = 1) -> None:
        """Count what a door could not read at all, and keep it; a flood of it is counted only. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return
        pulse = self._pulses[producer_id]
        pulse.rejected += count
        now_ms = self._now_ms()
        kept = pulse.kept_ms
        if len(kept) == MAX_KEPT_PER_MINUTE and now_ms - kept[0] < 60_000:
            return
        kept.append(now_ms)
        await self._faulty.keep(producer, door, name, body, reason)

    async def indicators(self, producer_id: str, body: bytes, desk: IndicatorDesk, origin: str = "") -> IngestAnswer:
        """Take figures of indicators, all or none. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        try:
            entries = await _read(body, partial(parse_indicators, body, self._site.province_code))
        except IndicatorMessageError as error:
            return await self._refused(producer, "indicators", "", body, str(error))
        lines = {one.place: one.line for one in entries}
        answer = await desk.enter(
            entries,
            lambda indicator: indicator.producer_id == producer_id,
            "api",
            actor=f"producer:{producer_id}",
            origin=origin,
        )
        rejections = tuple(Rejection(line=lines[one.place], reason=one.words_en) for one in answer.problems)
        warnings = tuple(f"{one.place}: {one.words_en}" for one in answer.told)
        return await self._answered(
            producer, "indicators", "", body, answer.entered, answer.unchanged, rejections, warnings
        )

    async def cases(self, producer_id: str, body: bytes, desk: OutbreakDesk, origin: str = "") -> IngestAnswer:
        """Take a line list of cases, all or none. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        now_ms = self._now_ms()
        rules = desk.rules(producer_id, now_ms)
        if not rules.diseases:
            reason = f"{producer_id} sends no line lists; outbreak.toml names who does: [[disease]] producer_id"
            return await self._refused(producer, "cases", "", b"", reason)
        try:
            read = await _read(body, partial(parse_cases, body, rules))
        except CaseListError as error:
            # Not even kept as broken input: who knows what it tells of people.
            return await self._refused(producer, "cases", "", b"", str(error))
        if read.rejections:
            return await self._answered(producer, "cases", "", b"", 0, 0, read.rejections, ())
        merged = await desk.take(producer_id, read.rows, now_ms, origin)
        taken = merged.new + merged.changed
        return await self._answered(producer, "cases", "", b"", taken, merged.unchanged, (), ())

    async def zones(self, producer_id: str, body: bytes, origin: str = "") -> IngestAnswer:
        """Take zones and checkpoints, all or none. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        rules = self._site.zones
        if producer_id not in rules.producers:
            reason = f"{producer_id} declares no zones; zones.toml names who does: producers"
            return await self._refused(producer, "zones", "", body, reason)
        levels = [one.level for one in rules.levels]
        try:
            read = await _read(body, partial(parse_zones, body, producer_id, levels, self._site.utc_offset_min))
            if read.rejections:
                return await self._answered(producer, "zones", "", body, 0, 0, read.rejections, ())
            told = len(read.zones) + len(read.checkpoints) + len(read.lifted)
            changed = await self._zones.take(producer_id, read, origin)
        except (ZoneMessageError, ZoneClashError) as error:
            return await self._refused(producer, "zones", "", body, str(error))
        return await self._answered(producer, "zones", "", body, changed, max(0, told - changed), (), ())

    async def forecasts(self, producer_id: str, body: bytes, name: str = "", origin: str = "") -> IngestAnswer:
        """Take forecasts of gauges, JSON or CSV. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        if producer_id not in self._site.hydrology.forecasters:
            reason = f"{producer_id} is no forecaster; site.toml names them: [hydrology] forecasters"
            return await self._refused(producer, "forecasts", name, body, reason)
        received_ms = self._now_ms()
        try:
            offset_min = self._site.utc_offset_min
            parsed = await _read(body, partial(parse_forecasts, body, self._site.parameter, offset_min, received_ms))
        except ForecastError as error:
            return await self._refused(producer, "forecasts", name, body, str(error))
        accepted, duplicates, warnings = await self._forecasts.take(producer_id, parsed.items, origin)
        return await self._answered(
            producer, "forecasts", name, body, accepted, duplicates, parsed.rejections, warnings
        )

    async def news(self, producer_id: str, body: bytes) -> IngestAnswer:
        """Take what an RSS or Atom feed lists now. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        received_ms = self._now_ms()
        try:
            # On a thread whatever its size: the parser is slow for what it reads.
            read = await asyncio.to_thread(parse_news, body, received_ms)
        except NewsError as error:
            return await self._refused(producer, "news", "", body, str(error))
        accepted, duplicates = await self._press.take(producer, read.items, received_ms)
        return await self._answered(producer, "news", "", body, accepted, duplicates, read.rejections, read.warnings)

    async def posts(self, producer_id: str, body: bytes) -> IngestAnswer:
        """Take posts that a listening service found, JSON. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        received_ms = self._now_ms()
        try:
            read = await _read(body, partial(parse_social, body, received_ms))
        except SocialError as error:
            return await self._refused(producer, "posts", "", body, str(error))
        accepted, duplicates = await self._press.take(producer, read.items, received_ms)
        return await self._answered(producer, "posts", "", body, accepted, duplicates, read.rejections, ())

    async def calls(self, producer_id: str, body: bytes) -> IngestAnswer:
        """Take what the hotline's switchboard tells of calls, JSON; numbers are not kept. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        try:
            read = await _read(body, partial(parse_calls, body, self._now_ms()))
        except CallNoteError as error:
            return await self._refused(producer, "calls", "", without_numbers(body), str(error))
        accepted, duplicates = await self._calls.take(producer, read.notes)
        kept = without_numbers(body) if read.rejections else b""
        return await self._answered(producer, "calls", "", kept, accepted, duplicates, read.rejections, ())

    async def zalo(self, producer_id: str, body: bytes, signature: str) -> IngestAnswer:
        """Take an event of the webhook of a Zalo Official Account; whose it is is not kept.

        Raises:
            StorageError: Zalo sends it again.
            ZaloSignatureError: it is not Zalo's.
        """
        producer, source = producer_of(self._site, producer_id), self._zalo.get(producer_id)
        if producer is None or source is None:
            raise ZaloSignatureError("the site has no Zalo account of this name")
        try:
            key = source.secret.get_secret_value()
            event = await _read(body, partial(opened, body, signature, source.app_id, key))
        except ZaloSignatureError as error:
            await self.refuse(producer_id, "zalo", "", without_numbers(body), str(error))
            raise
        try:
            message = read_event(event, self._now_ms())
        except ZaloNoteError as error:
            return await self._refused(producer, "zalo", "", without_numbers(body), str(error))
        if message is None:
            return await self._answered(producer, "zalo", "", b"", 0, 0, (), ("nothing that a citizen says",))
        is_new = await self._channels.hold(producer, message)
        return await self._answered(producer, "zalo", "", b"", int(is_new), int(not is_new), (), ())

    async def settle(self, source: ZaloSource, fetch: Fetch) -> None:
        """Make reports of what citizens wrote to the account. Raises: StorageError."""
        for trouble in await self._channels.settle(source, fetch):
            await self.refuse(source.producer_id, "zalo", "", b"", trouble)

    async def call_notes(self, producer_id: str, notes: Sequence[CallNote]) -> IngestAnswer:
        """Take what a switchboard that is listened to tells of calls. Raises: StorageError."""
        producer = producer_of(self._site, producer_id)
        if producer is None:
            return _unknown_producer(producer_id)
        accepted, duplicates = await self._calls.take(producer, notes)
        return await self._answered(producer, "calls", "", b"", accepted, duplicates, (), ())

    def calls_going(self, producer_id: str) -> frozenset[str]:
        """The producer's own ids of its calls that go on."""
        return self._calls.going(producer_id)

    async def mail(self, source: ImapSource, body: bytes, size_bytes: int) -> IngestAnswer:
        """Take a mail; of one that is too large, `body` is its head. Raises: StorageError."""
        producer = producer_of(self._site, source.producer_id)
        if producer is None:
            return _unknown_producer(source.producer_id)
        try:
            if size_bytes > source.max_mail_bytes:
                raise MailError(f"the mail has {size_bytes} bytes; right is at most {source.max_mail_bytes}")
            # On a thread whatever its size: the reader is slow for what it reads.
            mail = await asyncio.to_thread(read_mail, body)
            if mail.automatic or mail.sender == source.user.lower():
                reason = mail.automatic or "it comes from this mailbox itself"
                return await self._answered(producer, "mail", "", b"", 0, 0, (), (reason,))
            if self._channels.too_many(source, mail.sender):
                raise MailError(
                    f"more than {source.of_sender_per_h} mails of one sender in an hour: do two answer machines write?"
                )
            is_new = await self._channels.mailed(producer, source, mail)
        except (MailError, ReportError) as error:
            return await self._refused(producer, "mail", "", without_addresses(without_numbers(body)), str(error))
        return await self._answered(producer, "mail", "", b"", int(is_new), int(not is_new), (), ())

    async def mqtt(self, producer_id: str, messages: Sequence[MqttMessage]) -> IngestAnswer:
        """Take messages of the producer's broker; rejected ones are told by number, from 1. Raises: StorageError."""
        producer, source = producer_of(self._site, producer_id), self._brokers.get(producer_id)
        if producer is None or source is None:
            return _unknown_producer(producer_id)
        size_bytes = sum(len(message.payload) for message in messages)
        received_ms = self._now_ms()

        def parse() -> list[Heard | str]:
            return [_heard(message, source, received_ms) for message in messages]

        read = parse() if size_bytes <= LARGE_BYTES else await asyncio.to_thread(parse)
        accepted, duplicates, rejections = await self._detections_heard(producer_id, read)
        accepted += await self._fires_heard(producer_id, read, rejections)
        counts = self._counts_to_take(read)
        rows = _count_rows(producer_id, counts, received_ms)
        if rows:
            new = await self._readings.record(rows)
            self._scene_ms.update((count.place, count.at_ms) for count in counts if count.of_many)
            accepted, duplicates = accepted + len(new), duplicates + len(rows) - len(new)
        rejections += [Rejection(line=n, reason=item) for n, item in enumerate(read, 1) if isinstance(item, str)]
        return await self._brokers_answer(producer, messages, read, accepted, duplicates, rejections)

    async def _detections_heard(
        self, producer_id: str, read: Sequence[Heard | str]
    ) -> tuple[int, int, list[Rejection]]:
        states = self._properties.setdefault(producer_id, PropertyStates()).copy()
        items: list[ParsedDetection] = []
        for number, heard in enumerate(read, 1):
            if isinstance(heard, str):
                continue
            found = heard.detections if heard.change is None else states.apply(heard.change, self._now_ms())
            items += [self._plates.treated(replace(item, line=number)) for item in found]
        accepted, duplicates, rejections = await self._detections.take(producer_id, items)
        # Only now: what was not stored comes again, and an end is an end only of what is known to be there.
        self._properties[producer_id] = states
        return accepted, duplicates, list(rejections)

    async def _fires_heard(self, producer_id: str, read: Sequence[Heard | str], rejections: list[Rejection]) -> int:
        """How many words of fire panels were taken; those of unknown panels are added to `rejections`."""
        taken = 0
        for number, heard in enumerate(read, 1):
            if isinstance(heard, str) or heard.fire is None:
                continue
            fire_site_id = self.fires.site_of(producer_id, heard.fire.account)
            if not fire_site_id:
                reason = f"unknown account {shown(heard.fire.account)}; fire_sites.toml names no such panel"
                rejections.append(Rejection(line=number, reason=reason))
                continue
            await self.fires.take(producer_id, fire_site_id, heard.fire.reports, "")
            taken += 1
        return taken

    def _counts_to_take(self, read: Sequence[Heard | str]) -> list[CountReading]:
        """Of what each picture of a camera tells one in a while, also after the camera's clock was set back."""
        taken: list[CountReading] = []
        last_ms = dict(self._scene_ms)
        for count in (count for heard in read if isinstance(heard, Heard) for count in heard.counts):
            if count.of_many:
                if abs(count.at_ms - last_ms.get(count.place, -SCENE_EVERY_MS)) < SCENE_EVERY_MS:
                    continue
                last_ms[count.place] = count.at_ms
            taken.append(count)
        return taken

    async def _brokers_answer(
        self,
        producer: Producer,
        messages: Sequence[MqttMessage],
        read: Sequence[Heard | str],
        accepted: int,
        duplicates: int,
        rejections: Sequence[Rejection],
    ) -> IngestAnswer:
        every = tuple(sorted(rejections, key=lambda item: item.line))
        pulse = self._pulses[producer.producer_id]
        self.heard(producer.producer_id)
        pulse.accepted += accepted
        for rejection in every:
            message = messages[rejection.line - 1]
            name = plain(message.topic, 200)
            await self.refuse(producer.producer_id, "mqtt", name, message.payload, rejection.reason)
        if not every and accepted:
            await self._faulty.good(producer)
        told = [heard.available for heard in read if isinstance(heard, Heard) and heard.available is not None]
        if told:
            self._offline[producer.producer_id] = not told[-1]
        if self._offline.get(producer.producer_id):
            self.gone(producer.producer_id, *_ANALYTICS_STOPPED)
        return IngestAnswer(accepted=accepted, duplicates=duplicates, rejected=every)

    async def tell_counts(self) -> None:
        """Log what the doors counted and held back, a storm's sums. Raises: StorageError."""
        await self._detections.tell_counts()

    async def run(self) -> None:
        """Do so each second, until cancelled. Raises: StorageError."""
        while True:
            await asyncio.sleep(COUNT_EVERY_MS / 1000)
            await self.tell_counts()

    def heard(self, producer_id: str) -> None:
        """The producer answered, though it had nothing new: it is not silent."""
        pulse = self._pulses.get(producer_id)
        if pulse is not None:
            pulse.last_message_ms = self._now_ms()
            pulse.gone = None

    def gone(self, producer_id: str, reason_vi: str, reason_en: str) -> None:
        """The producer cannot be reached: it is silent from now on, whatever its rhythm, until it is heard."""
        self._pulses[producer_id].gone = (reason_vi, reason_en)
        self._detections.let_go(producer_id)

    def gone_reason(self, producer_id: str) -> tuple[str, str] | None:
        """(Vietnamese, English) why the producer cannot be reached; None when nothing of the kind is known."""
        pulse = self._pulses.get(producer_id)
        return None if pulse is None else pulse.gone

    def dropped(self, producer_id: str, count: int) -> None:
        """So many of its messages were not taken because they came too fast; no state was among them."""
        self._pulses[producer_id].dropped += count

    def pulses(self) -> tuple[ProducerPulse, ...]:
        """How each producer of the site did since the start."""
        return tuple(
            ProducerPulse(
                producer_id=producer_id,
                last_message_ms=pulse.last_message_ms,
                accepted=pulse.accepted,
                rejected=pulse.rejected,
                dropped=pulse.dropped,
            )
            for producer_id, pulse in self._pulses.items()
        )

    def last_message_ms(self, producer_id: str) -> int | None:
        """When the producer was last heard since the start."""
        pulse = self._pulses.get(producer_id)
        return None if pulse is None else pulse.last_message_ms

    def last_detection_ms(self, alert_id: str) -> int | None:
        """For the expiry watch: when the thing of this detection alert was last reported."""
        return self._detections.last_seen_ms(alert_id)

    def _station(self, producer_id: str, name: str, source: StationFileRules | None) -> Station:
        pattern = source.file_name_pattern if source is not None else _DEFAULT_PATTERN
        name = unicodedata.normalize("NFC", name[:1000])
        clean = plain(name, 201)
        if clean != name or len(clean) > 200 or "/" in name or "\\" in name:
            raise _RefusedError(f"file name {shown(name)} is not a plain name of at most 200 characters")
        match = re.fullmatch(pattern, name)
        if match is None:
            raise _RefusedError(f"file name {shown(name)} does not match {pattern}")
        written = match.group("station")
        station_id = source.station_names.get(written, written) if source is not None else written
        station = self._site.station(station_id)
        if station is None:
            raise _RefusedError(f"unknown station {shown(written)}; the site names no such station")
        if station.producer_id != producer_id:
            raise _RefusedError(f"station {shown(station_id)} belongs to another producer")
        return station

    async def _refused(self, producer: Producer, door: str, name: str, body: bytes, reason: str) -> IngestAnswer:
        pulse = self._pulses[producer.producer_id]
        pulse.last_message_ms = self._now_ms()
        pulse.rejected += 1
        await self._faulty.keep(producer, door, name, body, reason)
        return IngestAnswer(accepted=0, duplicates=0, rejected=(Rejection(line=0, reason=reason),))

    async def _answered(
        self,
        producer: Producer,
        door: str,
        name: str,
        body: bytes,
        accepted: int,
        duplicates: int,
        rejections: tuple[Rejection, ...],
        warnings: tuple[str, ...],
    ) -> IngestAnswer:
        pulse = self._pulses[producer.producer_id]
        pulse.last_message_ms = self._now_ms()
        pulse.accepted += accepted
        pulse.rejected += len(rejections)
        if rejections:
            await self._faulty.keep(producer, door, name, body, _listed(rejections))
        else:
            await self._faulty.good(producer)
        return IngestAnswer(accepted=accepted, duplicates=duplicates, rejected=rejections, warnings=warnings[:100])


_DEFAULT_PATTERN: Final = str(StationFileRules.model_fields["file_name_pattern"].default)


async def _read(body: bytes, parse: Callable[[], P]) -> P:
    """What the parser makes of `body`; the parsers are pure."""
    return parse() if len(body) <= LARGE_BYTES else await asyncio.to_thread(parse)


def _heard(message: MqttMessage, source: MqttSource, received_ms: int) -> Heard | str:
    """What it says, or why it is refused."""
    try:
        return read_message(message, source, received_ms)
    except MessageError as error:
        return str(error)


def _count_rows(producer_id: str, counts: Sequence[CountReading], received_ms: int) -> list[ReadingRow]:
    """The last of several of one place and instant."""
    rows: dict[tuple[str, int], ReadingRow] = {}
    for count in counts:
        station_id, _, symbol = count.place.partition("/")
        row = ReadingRow(station_id, symbol, count.at_ms, count.value, MEASURING, received_ms, producer_id)
        rows[(count.place, count.at_ms)] = row
    return list(rows.values())


def _unknown_producer(producer_id: str) -> IngestAnswer:
    reason = f"unknown producer {shown(producer_id)}"
    return IngestAnswer(accepted=0, duplicates=0, rejected=(Rejection(line=0, reason=reason),))


def _listed(rejections: tuple[Rejection, ...]) -> str:
    lines = [f"line {item.line}: {item.reason}" for item in rejections[:MAX_REASON_LINES]]
    if len(rejections) > MAX_REASON_LINES:
        lines.append(f"and {len(rejections) - MAX_REASON_LINES} more")
    return "\n".join(lines)
