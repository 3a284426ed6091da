"""Figures for Prometheus. Labels come from the site and the contracts only, so their number is bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.contracts.doors import IngestAnswer
from backend.contracts.events import LoggedEvent
from backend.gateway.feed.fanout import Fanout
from backend.gateway.health import Health
from backend.storage.database import Database
from backend.storage.event_log import EventLog

_LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class _Live(Collector):
    """Read when asked: what seats, log and disk are doing just now."""

    def __init__(self, fanout: Fanout, log: EventLog, database: Database, health: Health) -> None:
        self._fanout = fanout
        self._log = log
        self._database = database
        self._health = health

    def collect(self) -> Iterable[Metric]:
        seats = tuple(self._fanout.seats)
        outboxes = [seat.outbox for seat in seats]
        gauges = (
            ("trucban_feed_clients", "Seats connected to the feed", len(seats)),
            (
                "trucban_feed_waiting_events",
                "Events waiting for slow seats",
                sum(box.waiting_events for box in outboxes),
            ),
            (
                "trucban_feed_waiting_bytes",
                "Bytes of events waiting for slow seats",
                sum(b.waiting_bytes for b in outboxes),
            ),
            (
                "trucban_feed_unsent_bytes",
                "Bytes handed to the network and not taken",
                sum(s.pipe.unsent_bytes for s in seats),
            ),
            ("trucban_log_seq", "Newest durable event", self._log.last_seq),
            ("trucban_storage_queue_rows", "Rows waiting for the disk", self._database.writer.rows_pending),
            ("trucban_degraded", "1 while something is wrong", int(bool(self._health.degraded))),
        )
        for name, text, value in gauges:
            yield GaugeMetricFamily(name, text, value=value)
        counters = (
            ("trucban_feed_events", "Events handed to the feed", self._fanout.events_sent),
            ("trucban_feed_samples", "Readings handed to the feed", self._fanout.samples_sent),
            ("trucban_feed_samples_dropped", "Readings left out for slow seats", self._fanout.samples_dropped),
            ("trucban_feed_resyncs", "Snapshots sent because a seat was too slow", self._fanout.resyncs),
            ("trucban_storage_transactions", "Commits", self._database.writer.transactions),
            ("trucban_storage_rows", "Rows committed", self._database.writer.rows_committed),
        )
        for name, text, value in counters:
            yield CounterMetricFamily(name, text, value=value)


class Metrics:
    """Event-loop thread only."""

    def __init__(
        self, fanout: Fanout, log: EventLog, database: Database, health: Health, now_ms: Callable[[], int]
    ) -> None:
        self._now_ms = now_ms
        self._registry = CollectorRegistry()
        self._registry.register(_Live(fanout, log, database, health))
        self._ingested = Counter(
            "trucban_ingest_items", "Things producers sent", ("producer", "door", "outcome"), registry=self._registry
        )
        self._commands = Counter(
            "trucban_commands", "Commands of operators", ("command", "outcome"), registry=self._registry
        )
        self._logins = Counter("trucban_logins", "Attempts to sign in", ("outcome",), registry=self._registry)
        self._append = Histogram(
            "trucban_append_seconds",
            "From an event's decision until it is durable",
            buckets=_LATENCY_BUCKETS_S,
            registry=self._registry,
        )

    def ingested(self, producer_id: str, door: str, answer: IngestAnswer) -> None:
        for outcome, count in (
            ("accepted", answer.accepted),
            ("duplicate", answer.duplicates),
            ("rejected", len(answer.rejected)),
        ):
            if count:
                self._ingested.labels(producer_id, door, outcome).inc(count)

    def command(self, kind: str, outcome: str) -> None:
        self._commands.labels(kind, outcome).inc()

    def login(self, outcome: str) -> None:
        self._logins.labels(outcome).inc()

    def appended(self, events: Sequence[LoggedEvent]) -> None:
        """Listener of the room: these became durable now."""
        now_ms = self._now_ms()
        for logged in events:
            self._append.observe(max(0, now_ms - logged.at_ms) / 1000)

    def text(self) -> bytes:
        """The exposition format of Prometheus."""
        return generate_latest(self._registry)
