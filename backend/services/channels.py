"""Citizens who write by a messenger or by mail: what they say becomes reports of the same queue, whose it is is sealed.

Messages of one conversation wait, sealed, for what belongs to them: words, a picture and a place come one by one.
NaCl's secret box under a key in the data folder; senders are found again by a keyed hash (BLAKE2b, RFC 7693).
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from itertools import groupby
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.secret import SecretBox

from backend.contracts.report_doors import Identity
from backend.contracts.report_events import TEXT_MOST, ReportReceived
from backend.contracts.reports import Medium
from backend.contracts.site import Producer
from backend.services.keys import kept_key
from backend.services.media.messages import MediaError
from backend.services.media.service import MediaService
from backend.services.places import is_simulated
from backend.services.reports.desk import Filed, ReportDesk, ReportError, is_inside
from backend.sources.citizen_message import CitizenMessage
from backend.sources.http_fetch import FetchError
from backend.sources.mail_message import Mail
from backend.storage.channel_messages import MessageRow, MessageStore
from backend.storage.event_log import EventLog
from config.model import SiteConfig
from config.source_model import ImapSource, ZaloSource

Fetch = Callable[[str], AsyncGenerator[bytes, None]]
"""The bytes behind an address. Raises: FetchError."""

KEY_FILE: Final = "senders.key"
MEDIA_MOST: Final = 10
AT_ONCE: Final = 8
READY_MOST: Final = 200
"""Conversations that are worked on together, and those that one look takes up: a flood is taken piece by piece."""

TRIES: Final = 2
TRY_AGAIN_S: Final = 1.0
DAY_MS: Final = 86_400_000
KEPT_MS: Final = 30 * DAY_MS
"""So long a message is known again; a webhook repeats one for hours."""

SENDERS_MOST: Final = 10_000
HOUR_MS: Final = 3_600_000
NO_WORDS: Final = "Người dân gửi ảnh hoặc vị trí, không kèm lời"


class ChannelDesk:
    """Event-loop thread only."""

    def __init__(
        self,
        site: SiteConfig,
        log: EventLog,
        reports: ReportDesk,
        media: MediaService,
        store: MessageStore,
        key: bytes,
        now_ms: Callable[[], int],
    ) -> None:
        self._site = site
        self._log = log
        self._reports = reports
        self._media = media
        self._store = store
        self._key = key
        self._box = SecretBox(key)
        self._now_ms = now_ms
        self._due_ms: dict[str, dict[str, float]] = {}
        self._begun: set[str] = set()
        self._forgot_ms = 0
        self._mails_ms: dict[str, deque[int]] = {}

    @classmethod
    def open(
        cls,
        site: SiteConfig,
        log: EventLog,
        reports: ReportDesk,
        media: MediaService,
        store: MessageStore,
        folder: Path,
        now_ms: Callable[[], int],
    ) -> ChannelDesk:
        """With the key of `folder`, made when there is none. Raises: KeyFileError."""
        return cls(site, log, reports, media, store, kept_key(folder / KEY_FILE), now_ms)

    # -- a messenger ----------------------------------------------------------------------------------------------

    async def hold(self, producer: Producer, message: CitizenMessage) -> bool:
        """Keep a message until it is a report; False = it came before. Durable on return. Raises: StorageError."""
        row = MessageRow(
            message_key=self._hash(producer.producer_id, "message", message.message_id),
            producer_id=producer.producer_id,
            conversation=self._hash(producer.producer_id, "sender", message.sender_id),
            received_ms=self._now_ms(),
            sealed=bytes(self._box.encrypt(message.model_dump_json().encode())),
        )
        is_new = await self._store.put(row)
        self._due_ms.setdefault(producer.producer_id, {})[row.conversation] = 0.0
        return is_new

    async def settle(self, source: ZaloSource, fetch: Fetch) -> tuple[str, ...]:
        """Make reports of what is whole, or has waited long enough; what of it could not be taken, in words.

        Nobody else may settle the same producer meanwhile. Raises: StorageError.
        """
        now_ms = self._now_ms()
        dues = self._due_ms.setdefault(source.producer_id, {})
        if now_ms - self._forgot_ms >= DAY_MS:
            await self._store.forget(now_ms - KEPT_MS)
            self._forgot_ms = now_ms
        if source.producer_id not in self._begun:
            dues |= dict.fromkeys(await self._store.conversations(source.producer_id), 0.0)
            self._begun.add(source.producer_id)
        ready = [key for key, due_ms in dues.items() if due_ms <= now_ms][:READY_MOST]
        for key in ready:
            del dues[key]  # what comes while this works sets it again
        troubles: list[str] = []
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(conversation: str) -> None:
            async with turns:
                due_ms = 0.0  # what fails is tried again at once
                try:
                    rows = await self._store.waiting(conversation)
                    due_ms = await self._conversation(source, rows, fetch, troubles)
                finally:
                    if due_ms < math.inf:
                        dues[conversation] = min(due_ms, dues.get(conversation, math.inf))

        ended = await asyncio.gather(*map(one, ready), return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error
        return tuple(troubles)

    async def _conversation(
        self, source: ZaloSource, rows: Sequence[MessageRow], fetch: Fetch, troubles: list[str]
    ) -> float:
        """When to look at it again. `rows`: its messages that are in no report, oldest first."""
        bound = sorted((row for row in rows if row.bundle), key=lambda row: row.bundle)
        for _, begun in groupby(bound, key=lambda row: row.bundle):  # an earlier run did not end these
            await self._bundle(source, tuple(begun), fetch, troubles)
        rows = [row for row in rows if not row.bundle]
        join_ms = round(source.join_s * 1000)
        while rows:
            last = await self._store.last_report(rows[0].conversation)
            begun_ms, report_id = rows[0].received_ms, ""
            if last is not None and begun_ms <= last[1] + join_ms:
                report_id, begun_ms = last
            bundle = [row for row in rows if row.received_ms <= begun_ms + join_ms]
            if not report_id and begun_ms + join_ms > self._now_ms() and not self._is_whole(bundle):
                return begun_ms + join_ms
            await self._store.bind(bundle, bundle[0].message_key, begun_ms, report_id)
            now_bound = [
                row._replace(bundle=bundle[0].message_key, begun_ms=begun_ms, report_id=report_id) for row in bundle
            ]
            await self._bundle(source, now_bound, fetch, troubles)
            rows = rows[len(bundle) :]
        return math.inf

    def _is_whole(self, rows: Iterable[MessageRow]) -> bool:
        messages = self._opened(rows)
        return any(one.text for one in messages) and self._place(messages) is not None

    async def _bundle(self, source: ZaloSource, rows: Sequence[MessageRow], fetch: Fetch, troubles: list[str]) -> None:
        """One report of these, or more to the one they join. Done twice, it is done once."""
        messages = self._opened(rows)
        report_id = rows[0].report_id
        said = [one for one in messages if not one.says_nothing]
        deed = hashlib.sha256(f"message\n{rows[0].bundle}".encode()).hexdigest()[:32]
        if said and not await self._log.find_command(deed):
            filed = await self._filed(source, said, fetch, troubles)
            try:
                await self._told(filed, said, report_id, deed, f"producer:{source.producer_id}")
            except ReportError as error:
                troubles.append(str(error))
                said = []
        if said and not report_id:
            report_id = await self._report_of(deed)
        who = _together(one.who for one in messages)
        if report_id and (not rows[0].report_id or who.first_name or who.phone):
            # Also when it was filed before: an earlier run may have ended between the two.
            await self._reports.identify(report_id, who)
        await self._store.finish(rows, report_id)

    async def _told(self, filed: Filed, said: Sequence[CitizenMessage], report_id: str, deed: str, actor: str) -> None:
        """Raises: ReportError, StorageError."""
        if not report_id:
            await self._reports.receive(filed, actor=actor, caused_by=deed)
            return
        words = "" if filed.text == NO_WORDS else filed.text
        places = self._words_of_place(said) if filed.lat_deg is not None else ()
        text = "\n".join(part for part in (words, *filed.remarks, *places) if part)
        await self._reports.citizen_wrote(report_id, text, filed.media, actor=actor, caused_by=deed)

    async def _filed(
        self, source: ZaloSource, messages: Sequence[CitizenMessage], fetch: Fetch, troubles: list[str]
    ) -> Filed:
        media: list[Medium] = []
        remarks = [remark for one in messages for remark in one.remarks]
        for url in [url for one in messages for url in one.media_urls][:MEDIA_MOST]:
            try:
                media.append(await self._fetched(url, fetch))
            except (FetchError, MediaError) as error:
                troubles.append(f"a picture or film is not taken: {error}")
                remarks.append(f"Một ảnh hoặc video người dân gửi không nhận được: {error}")
        place = self._place(messages)
        if place is None:
            remarks += self._words_of_place(messages)  # of somewhere else
        return Filed(
            channel="zalo",
            category_id=source.category_id,
            text="\n".join(one.text for one in messages if one.text)[:TEXT_MOST] or NO_WORDS,
            lat_deg=place[0] if place is not None else None,
            lon_deg=place[1] if place is not None else None,
            address=next((one.address for one in reversed(messages) if one.address), ""),
            media=tuple(media),
            simulated=is_simulated(self._site, source.producer_id),
            remarks=tuple(remarks),
        )

    # -- mail -----------------------------------------------------------------------------------------------------

    def too_many(self, source: ImapSource, sender: str) -> bool:
        """Whether so many mails of this sender were taken in the last hour that two machines may be at it."""
        hour = self._mails_ms.get(self._hash(source.producer_id, "sender", sender), ())
        return sum(at_ms > self._now_ms() - HOUR_MS for at_ms in hour) >= source.of_sender_per_h

    async def mailed(self, producer: Producer, source: ImapSource, mail: Mail) -> bool:
        """A report of a mail; False = it was taken before. Raises: ReportError, StorageError."""
        deed = hashlib.sha256(f"mail\n{producer.producer_id}\n{mail.message_id}".encode()).hexdigest()[:32]
        report_id = await self._report_of(deed)
        is_new = not report_id
        if is_new:
            media: list[Medium] = []
            remarks = list(mail.remarks)
            for file in mail.files:
                try:
                    media.append(await self._media.take(_whole(file.body), "report"))
                except MediaError as error:
                    remarks.append(f"Tệp đính kèm {file.name} không nhận được: {error}")
            filed = Filed(
                channel="email",
                category_id=source.category_id,
                text=mail.text or mail.subject or (NO_WORDS if media else ""),
                title=mail.subject,
                media=tuple(media),
                simulated=is_simulated(self._site, producer.producer_id),
                remarks=tuple(remarks),
            )
            actor = f"producer:{producer.producer_id}"
            report_id = (await self._reports.receive(filed, actor=actor, caused_by=deed)).report_id
            self._count(source, mail.sender)
        # Also when it was taken before: an earlier run may have ended between the two.
        await self._reports.identify(report_id, mail.who)
        return is_new

    def _count(self, source: ImapSource, sender: str) -> None:
        now_ms = self._now_ms()
        if len(self._mails_ms) >= SENDERS_MOST:
            self._mails_ms = {key: hour for key, hour in self._mails_ms.items() if hour[-1] > now_ms - HOUR_MS}
        key = self._hash(source.producer_id, "sender", sender)
        self._mails_ms.setdefault(key, deque(maxlen=source.of_sender_per_h)).append(now_ms)

    async def _fetched(self, url: str, fetch: Fetch) -> Medium:
        """Raises: FetchError, MediaError, StorageError."""
        for left in reversed(range(TRIES)):
            try:
                async with aclosing(fetch(url)) as pieces:
                    return await self._media.take(pieces, "report")
            except FetchError:
                if not left:
                    raise
                await asyncio.sleep(TRY_AGAIN_S)
        raise AssertionError("the last try ends it")

    def _place(self, messages: Sequence[CitizenMessage]) -> tuple[float, float] | None:
        """The last place of the site that they name."""
        for one in reversed(messages):
            if one.lat_deg is not None and one.lon_deg is not None and self._is_ours(one.lat_deg, one.lon_deg):
                return one.lat_deg, one.lon_deg
        return None

    def _words_of_place(self, messages: Iterable[CitizenMessage]) -> tuple[str, ...]:
        return tuple(
            f"Vị trí người dân gửi: {one.lat_deg:.6f}, {one.lon_deg:.6f}"
            + ("" if self._is_ours(one.lat_deg, one.lon_deg) else " (ngoài địa bàn)")
            for one in messages
            if one.lat_deg is not None and one.lon_deg is not None
        )

    def _is_ours(self, lat_deg: float, lon_deg: float) -> bool:
        return self._reports.box is None or is_inside(lat_deg, lon_deg, self._reports.box)

    def _opened(self, rows: Iterable[MessageRow]) -> tuple[CitizenMessage, ...]:
        found = []
        for row in rows:
            try:
                found.append(CitizenMessage.model_validate_json(self._box.decrypt(row.sealed)))
            except CryptoError:
                continue  # of an earlier key: what it said is lost with it
        return tuple(found)

    async def _report_of(self, deed: str) -> str:
        """The report that this deed was, "" = it was not done."""
        events = [logged.event for logged in await self._log.find_command(deed)]
        return next((event.report.report_id for event in events if isinstance(event, ReportReceived)), "")

    def _hash(self, *parts: str) -> str:
        return blake2b("\n".join(parts).encode(), digest_size=16, key=self._key).decode()


async def _whole(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _together(told: Iterable[Identity]) -> Identity:
    """What was told last of everything."""
    found: dict[str, str] = {}
    for who in told:
        found |= {name: value for name, value in who.model_dump().items() if value}
    return Identity(**found)
