"""The feed's pure parts: fragments, shared frames, and what waits for one seat."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from backend.contracts.events import AlertCommented, LoggedEvent
from backend.contracts.feed import SERVER_FRAME, Batch
from backend.gateway.feed.outbox import Outbox, OutboxLimits, SnapshotReason, Sources
from backend.gateway.feed.pipe import text_frame
from backend.gateway.feed.wire import (
    EventPiece,
    SeriesPiece,
    Tick,
    View,
    batch_frame,
    cut_ticks,
    event_piece,
    series_pieces,
)
from backend.storage.readings import ReadingRow

LIMITS = OutboxLimits(events=10, event_bytes=100_000, samples=20)


def payload(frame: bytes) -> bytes:
    """What is in a websocket frame, by the rules of RFC 6455."""
    size, at = frame[1], 2
    if size == 126:
        size, at = int.from_bytes(frame[2:4]), 4
    elif size == 127:
        size, at = int.from_bytes(frame[2:10]), 10
    assert len(frame) == at + size
    return frame[at:]


def batch(frame: bytes | None) -> Batch:
    assert frame is not None
    parsed = SERVER_FRAME.validate_json(payload(frame))
    assert isinstance(parsed, Batch)
    return parsed


def event(seq: int, comment: str = "đã gọi") -> LoggedEvent:
    said = AlertCommented(alert_id="a", comment=comment)
    return LoggedEvent(seq=seq, at_ms=1_000 + seq, actor="mai", caused_by=None, origin="", event=said)


def tick(first: int, last: int, samples: int = 0) -> Tick:
    """Events first..last, and one series of so many samples."""
    rows = [ReadingRow("K-01", "Temp", 1_000 * first + n, 20.0, 0, 0, "logger") for n in range(samples)]
    events = tuple(event_piece(event(seq)) for seq in range(first, last + 1))
    return Tick(1, events, series_pieces(rows))


class Server:
    """Stands for the room behind an outbox: its snapshot is at `seq`."""

    def __init__(self) -> None:
        self.seq = 0
        self.asked: list[SnapshotReason] = []

    def snapshot(self, reason: SnapshotReason) -> tuple[int, bytes]:
        self.asked.append(reason)
        return self.seq, b"snapshot %d" % self.seq

    def outbox(self, seq: int = 0, view: View | None = None, limits: OutboxLimits = LIMITS) -> Outbox:
        latest = series_pieces([ReadingRow("K-01", "Temp", 5, 20.0, 0, 0, "logger")])
        return Outbox(view or View(), seq, limits, Sources(self.snapshot, lambda: latest, lambda: 7))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_frames_are_what_the_websocket_library_writes(size: int) -> None:
    body = b"x" * size
    assert text_frame(body) == Frame(Opcode.TEXT, body).serialize(mask=False)


def test_a_batch_put_together_from_fragments_is_a_batch_of_the_contract() -> None:
    rows = [
        ReadingRow("K-01", "Temp", 2_000, 21.5, 0, 0, "logger"),
        ReadingRow("K-01", "PM2.5", 1_000, 33.0, 2, 0, "logger"),
        ReadingRow("K-01", "Temp", 1_000, 20.5, 1, 0, "logger"),
    ]
    events = [event(4, 'dấu "ngoặc" \\ và \n'), event(5)]
    found = batch(batch_frame(9, map(event_piece, events), series_pieces(rows), 3))
    assert found.events == tuple(events)
    assert found.readings_dropped == 3
    assert {(series.symbol, series.at_ms, series.value, series.status) for series in found.readings} == {
        ("Temp", (1_000, 2_000), (20.5, 21.5), (1, 0)),
        ("PM2.5", (1_000,), (33.0,), (2,)),
    }


def test_a_tick_is_encoded_once_for_all_seats_of_one_view() -> None:
    shared = tick(1, 3, samples=2)
    assert shared.frame(View()) is shared.frame(View())
    assert shared.frame(View(stations=frozenset(("K-01",)))) == shared.frame(View())
    assert batch(shared.frame(View(stations=frozenset(("R-01",))))).readings == ()
    assert shared.frame(View(events=False, stations=frozenset(("R-01",)))) is None


def test_a_burst_is_cut_into_frames_of_bounded_size() -> None:
    pieces = [EventPiece(seq, b"x" * 400_000) for seq in range(1, 8)]
    ticks = cut_ticks(1, pieces, (SeriesPiece("K-01", b"{}", 1),))
    assert [[piece.seq for piece in one.events] for one in ticks] == [[1, 2], [3, 4], [5, 6], [7]]
    assert [len(one.readings) for one in ticks] == [0, 0, 0, 1]
    many = cut_ticks(1, [EventPiece(seq, b"x") for seq in range(1, 2501)], ())
    assert [len(one.events) for one in many] == [1000, 1000, 500]


def test_waiting_ticks_leave_as_one_batch_in_order() -> None:
    box = Server().outbox()
    box.offer(tick(1, 2, samples=3))
    box.offer(tick(3, 4, samples=3))
    found = batch(box.next_frame())
    assert [logged.seq for logged in found.events] == [1, 2, 3, 4]
    assert len(found.readings) == 2
    assert box.idle
    assert box.next_frame() is None


def test_answers_go_first_and_only_the_newest_heartbeat_goes() -> None:
    box = Server().outbox()
    box.heartbeat(b"old beat")
    box.heartbeat(b"new beat")
    box.offer(tick(1, 1))
    box.answer(b"answer")
    frames = [box.next_frame() for _ in range(4)]
    assert (frames[0], frames[2], frames[3]) == (b"answer", b"new beat", None)


def test_past_the_limit_the_backlog_gives_way_to_one_snapshot_taken_when_it_can_be_sent() -> None:
    server = Server()
    box = server.outbox()
    for first in range(1, 100, 5):
        box.offer(tick(first, first + 4))
        assert box.waiting_events <= LIMITS.events
    assert server.asked == []
    server.seq = 100
    assert box.next_frame() == b"snapshot 100"
    assert server.asked == ["too_slow"]
    box.offer(tick(99, 102))
    found = batch(box.next_frame())
    assert [logged.seq for logged in found.events] == [101, 102]


def test_bytes_count_as_well_as_events() -> None:
    server = Server()
    box = server.outbox(limits=OutboxLimits(events=1000, event_bytes=3000))
    box.offer(Tick(1, (EventPiece(1, b"x" * 2000),), ()))
    assert box.waiting_bytes == 2000
    box.offer(Tick(1, (EventPiece(2, b"x" * 2000),), ()))
    assert box.wants_snapshot
    assert box.waiting_bytes == 0


def test_readings_lose_their_oldest_and_the_loss_is_told_once() -> None:
    box = Server().outbox()
    for number in range(1, 6):
        box.offer(tick(number, number - 1, samples=8))
    found = batch(box.next_frame())
    assert found.readings_dropped == 24
    assert [series.at_ms[0] for series in found.readings] == [4_000, 5_000]
    box.offer(tick(9, 8, samples=1))
    assert batch(box.next_frame()).readings_dropped == 0


def test_a_snapshot_brings_the_newest_readings_along() -> None:
    server = Server()
    box = server.outbox()
    box.want_snapshot("first")
    assert box.next_frame() == b"snapshot 0"
    assert batch(box.next_frame()).readings[0].at_ms == (5,)


def test_events_of_the_tail_that_also_wait_are_sent_once() -> None:
    box = Server().outbox(seq=10)
    box.offer(tick(11, 15))
    box.seq = 13
    found = batch(box.next_frame())
    assert [logged.seq for logged in found.events] == [14, 15]


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=60))
def test_whatever_the_pace_a_seat_reaches_the_servers_seq_without_gap_or_repeat(
    steps: list[tuple[int, bool]],
) -> None:
    server = Server()
    box = server.outbox()
    reached = 0

    def take() -> None:
        nonlocal reached
        frame = box.next_frame()
        if frame is None:
            return
        if frame.startswith(b"snapshot"):
            reached = int(frame.split()[1])
            return
        seqs = [logged.seq for logged in batch(frame).events]
        assert seqs == list(range(reached + 1, reached + 1 + len(seqs)))
        reached += len(seqs)

    for count, drains in steps:
        box.offer(tick(server.seq + 1, server.seq + count))
        server.seq += count
        if drains:
            take()
    for _ in itertools.takewhile(lambda _: not box.idle, itertools.count()):
        take()
    assert reached == server.seq
