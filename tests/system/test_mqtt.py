"""The MQTT feed on real brokers: Mosquitto, and the NATS server's MQTT door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr

from backend.contracts.alerts import Alert
from backend.contracts.doors import IngestAnswer
from backend.contracts.site import Parameter
from backend.services.ingest import Ingest
from backend.services.supervisor import Supervisor
from backend.sources import IngestDoors, SourceContext, source_specs
from backend.sources.mqtt_messages import MqttMessage
from backend.storage.errors import StorageError
from config.model import DetectionRule, SiteConfig
from config.source_model import MqttSource
from tests.system.mqtt_broker import TLS, Broker, Publisher, publisher, running
from tests.unit.feeds_samples import FIXTURES, GAUGE, NOW_MS, Desk, Moment, opened_desk, small_site

KINDS = ("mosquitto", "nats")
COUNTER = GAUGE.model_copy(
    update={
        "station_id": "DEM-1",
        "producer_id": "camera-ai",
        "kind": "counter",
        "parameters": (Parameter(symbol="People", unit="người", decimals=0),),
    }
)


def recorded(name: str) -> list[dict[str, object]]:
    lines = (FIXTURES / name / "session.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def frigate(
    detection_id: str, kind: str = "new", label: str = "fire", score: float = 0.9, end_s: float | None = None
) -> bytes:
    side = {"id": detection_id, "camera": "cam-1", "label": label, "top_score": score, "start_time": NOW_MS / 1000}
    return json.dumps({"type": kind, "before": {}, "after": {**side, "end_time": end_s}}).encode()


@dataclass
class Fed:
    """A desk whose producer camera-ai is fed by the broker."""

    desk: Desk
    send: Publisher
    faults: list[str] = field(default_factory=list)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(20):
                while not condition():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{what}; faults: {self.faults}; log: {self.desk.kinds()}") from None

    async def tick(self) -> None:
        """What the running watches do each second."""
        await self.desk.ingest.tell_counts()
        await self.desk.producers.look()
        await self.desk.expiry.look()

    def accepted(self) -> int:
        return next(one.accepted for one in self.desk.ingest.pulses() if one.producer_id == "camera-ai")

    def rejected(self) -> int:
        return next(one.rejected for one in self.desk.ingest.pulses() if one.producer_id == "camera-ai")


def source_of(broker: Broker, changed: Mapping[str, object]) -> MqttSource:
    values: dict[str, object] = {
        "producer_id": "camera-ai",
        "host": "127.0.0.1",
        "port": broker.port,
        "client_id": "trucban-thu",
        "user": broker.user,
        "password": SecretStr(broker.password),
        "tls": broker.tls,
        "ca_file": str(TLS / "loopback.pem") if broker.tls else "",
        "topics": ("frigate/#", "+/onvif-ej/#", "+/onvif-mj/#"),
        "cameras": {"cua_bac": "cam-1", "AXIS-1": "cam-1", "DAHUA-2/vs-2": "cam-2", "DAHUA-2/D1": "cam-2"},
        "counters": {
            "cua_bac/person": "DEM-1/People",
            "AXIS-1/CuaVao": "DEM-1/People",
            "BOSCH-3/onvif-mj/Human": "DEM-1/People",
        },
        "gone_after_s": 0.2,
    }
    return MqttSource.model_validate({**values, **changed}, strict=False)


def site_of(source: MqttSource, *rules: DetectionRule) -> SiteConfig:
    site = small_site(sources=(source,))
    return site.model_copy(
        update={"stations": (*site.stations, COUNTER), "detection_rules": (*site.detection_rules, *rules)}
    )


@asynccontextmanager
async def fed(
    broker: Broker, source: MqttSource, data_dir: Path, *rules: DetectionRule, now: Moment | None = None
) -> AsyncIterator[Fed]:
    """The source runs and is subscribed (a broker that refuses us is waited for by its fault)."""
    site = site_of(source, *rules)
    async with opened_desk(data_dir, site, now) as desk:
        with publisher(broker) as send:
            feed = Fed(desk, send)
            context = SourceContext(
                site,
                data_dir,
                desk.ingest,
                desk.cameras,
                desk.accounts,
                desk.now,
                lambda who, text: feed.faults.append(text),
            )
            task = asyncio.create_task(_run(source, context))
            try:
                heard = desk.ingest.last_message_ms
                await feed.until(lambda: heard("camera-ai") is not None or bool(feed.faults), "connected")
                yield feed
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


async def _run(source: MqttSource, context: SourceContext) -> None:
    await source_specs()["mqtt"].bind(source, context)()


def on_broker(
    broker: Broker,
    data_dir: Path,
    scenario: Callable[[Fed], Coroutine[None, None, None]],
    *rules: DetectionRule,
    now: Moment | None = None,
    changed: Mapping[str, object] | None = None,
) -> None:
    async def run() -> None:
        async with fed(broker, source_of(broker, changed or {}), data_dir, *rules, now=now) as feed:
            await scenario(feed)

    asyncio.run(run())


async def play(feed: Fed, name: str, begin: int = 0) -> None:
    for line in recorded(name)[begin:]:
        sent = (str(line["topic"]), str(line["payload"]))
        await asyncio.to_thread(feed.send.send, *sent, retain=line.get("retain") is True)


def by_label(feed: Fed) -> dict[str, Alert]:
    return {alert.detection.label: alert for alert in feed.desk.alerts("detection") if alert.detection is not None}


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_of_frigate_is_one_alarm_an_object_and_a_count(tmp_path: Path, kind: str) -> None:
    now = Moment()
    zone = DetectionRule(label="review_alert", name_vi="Cần xem", name_en="To review", zones=("san",))

    async def scenario(feed: Fed) -> None:
        await play(feed, "frigate")
        await feed.until(lambda: feed.accepted() == 4, "three objects and a count")
        person, fire = by_label(feed)["person"], by_label(feed)["fire"]
        assert (person.count, person.detection and person.detection.zones) == (1, ("san",))
        assert person.detection is not None
        assert person.detection.score == pytest.approx(0.958984375)
        assert fire.detection is not None
        assert (fire.count, fire.detection.score) == (1, 0.88)  # the false positive of 0.99 is none
        rows = await feed.desk.store.samples("DEM-1", "People", 0, NOW_MS)
        assert rows == ((NOW_MS, 3.0, 0),)
        assert (feed.rejected(), feed.faults, feed.desk.quarantined()) == (0, [], [])

        # Two minutes later nothing more was heard: the fire still burns, its end was not told; the person is gone.
        now.move(200)
        await feed.tick()
        assert by_label(feed)["fire"].active
        assert not by_label(feed)["person"].active
        await asyncio.to_thread(feed.send.send, "frigate/events", frigate("1767232802.250000-oldcam", "end"))
        await feed.until(lambda: feed.desk.ingest.last_message_ms("camera-ai") == now(), "the end")
        now.move(121)
        await feed.tick()
        assert not by_label(feed)["fire"].active

    with running(kind, tmp_path / "broker") as broker:
        on_broker(broker, tmp_path, scenario, zone, now=now)


def scene(at_ms: int, people: int) -> str:
    """A picture as the Analytics Service Specification writes one in JSON."""
    shape = {"BoundingBox": {"@left": 20.0, "@top": 80.0, "@right": 100.0, "@bottom": 30.0}}
    kind = {"Type": [{"@Likelihood": 0.8, "#text": "Human"}]}
    things = [{"@ObjectId": number, "Appearance": {"Shape": shape, "Class": kind}} for number in range(people)]
    at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat().removesuffix("+00:00")
    return json.dumps({"Frame": [{"@UtcTime": at, "@Source": "MyClassifier", "Object": things}]})


def test_a_camera_that_describes_its_scene_is_a_count_in_a_while_and_no_detection(tmp_path: Path) -> None:
    now = Moment(NOW_MS + 60_000)

    async def scenario(feed: Fed) -> None:
        def told(body: str) -> None:
            feed.send.send("BOSCH-3/onvif-mj/VideoAnalytics/1/MyClassifier", body)

        for picture in range(100):  # four a second
            await asyncio.to_thread(told, scene(NOW_MS + picture * 250, picture // 4))
        await asyncio.to_thread(told, '{"Frame": "none"}')
        await feed.until(lambda: len(feed.desk.quarantined()) == 1, "what is no scene is refused")
        rows = await feed.desk.store.samples("DEM-1", "People", 0, now())
        assert [(at_ms - NOW_MS, value) for at_ms, value, _ in rows] == [(0, 0.0), (10_000, 10.0), (20_000, 20.0)]
        assert feed.desk.alerts("detection") == []

    with running("mosquitto", tmp_path / "broker") as broker:
        on_broker(broker, tmp_path, scenario, now=now)


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_of_onvif_tells_states_from_events(tmp_path: Path, kind: str) -> None:
    now = Moment(NOW_MS + 60_000)
    labels = ("line_crossed", "motion", "tamper", "digital_input")
    rules = [DetectionRule(label=label, name_vi=label, name_en=label) for label in labels]

    async def scenario(feed: Fed) -> None:
        await play(feed, "onvif", 2)
        await feed.until(lambda: len(feed.desk.quarantined()) == 1, "the device nobody knows")
        found = by_label(feed)
        assert len(feed.desk.alerts("detection")) == len(found) == 5
        assert set(found) == {"line_crossed", "intrusion", "motion", "tamper", "digital_input"}
        assert found["tamper"].place_id == "cam-2"
        assert found["intrusion"].detection is not None
        assert found["intrusion"].detection.sub_label == "Human"
        (kept,) = feed.desk.quarantined()
        assert "unknown camera 'STRANGER'" in kept.with_name(f"{kept.name}.reason.txt").read_text(encoding="utf-8")
        assert await feed.desk.store.samples("DEM-1", "People", 0, now()) == ((NOW_MS, 41.0, 0),)
        now.move(121)
        await feed.tick()
        # Ended by "false" and by a deleted property; motion and the input go on until they are told to end.
        gone = {label for label, alert in by_label(feed).items() if not alert.active}
        assert gone == {"line_crossed", "intrusion", "tamper"}

    with running(kind, tmp_path / "broker") as broker:
        # Published before anybody listens: what is retained is how it is, not what happens.
        with publisher(broker) as before:
            for line in recorded("onvif")[:2]:
                before.send(str(line["topic"]), str(line["payload"]), retain=True)
        on_broker(broker, tmp_path, scenario, *rules, now=now)


@pytest.mark.parametrize("kind", KINDS)
def test_what_came_while_we_were_away_comes_when_we_are_back(tmp_path: Path, kind: str) -> None:
    async def first(feed: Fed) -> None:
        await asyncio.to_thread(feed.send.send, "frigate/events", frigate("a"))
        await feed.until(lambda: feed.accepted() == 1, "the first")

    async def then(feed: Fed) -> None:
        await feed.until(lambda: feed.accepted() == 30, "what the broker kept")
        await feed.tick()
        assert by_label(feed)["fire"].count == 31

    with running(kind, tmp_path / "broker") as broker:
        on_broker(broker, tmp_path, first)
        with publisher(broker) as meanwhile:
            for number in range(30):
                meanwhile.send("frigate/events", frigate(f"b{number}"))
        on_broker(broker, tmp_path, then)


class _FailsOnce:
    """The doors, but the first batch of detections finds the disk full."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self.failed: list[int] = []

    async def mqtt(self, producer_id: str, messages: Sequence[MqttMessage]) -> IngestAnswer:
        if not self.failed:
            self.failed.append(len(messages))
            raise StorageError("disk full")
        return await self._ingest.mqtt(producer_id, messages)

    def __getattr__(self, name: str) -> object:
        return getattr(self._ingest, name)


@pytest.mark.parametrize("kind", KINDS)
def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(tmp_path: Path, kind: str) -> None:
    async def scenario(broker: Broker) -> None:
        source = source_of(broker, {})
        site = site_of(source)
        async with opened_desk(tmp_path, site) as desk:
            doors = _FailsOnce(desk.ingest)
            context = SourceContext(
                site, tmp_path, cast(IngestDoors, doors), desk.cameras, desk.accounts, desk.now, lambda who, text: None
            )
            supervisor = Supervisor(lambda fault: None, first_retry_s=0.05)
            supervisor.start("mqtt", lambda: _run(source, context))
            with publisher(broker) as send:
                feed = Fed(desk, send)
                try:
                    await feed.until(lambda: desk.ingest.last_message_ms("camera-ai") is not None, "connected")
                    for number in range(5):
                        await asyncio.to_thread(send.send, "frigate/events", frigate(f"a{number}"))
                    await feed.until(lambda: feed.accepted() == 5, "all of them after all")
                finally:
                    await supervisor.stop()
            assert doors.failed

    with running(kind, tmp_path / "broker") as broker:
        asyncio.run(scenario(broker))


@pytest.mark.parametrize("kind", KINDS)
def test_a_broker_that_is_gone_is_told_and_found_again(tmp_path: Path, kind: str) -> None:
    async def scenario(feed: Fed) -> None:
        await feed.tick()
        assert feed.desk.alerts("producer.silent") == []
        await asyncio.to_thread(broker.stop)
        await feed.until(lambda: feed.desk.ingest.gone_reason("camera-ai") is not None, "gone")
        await feed.tick()
        alert = feed.desk.only("producer.silent")
        assert alert.headline_vi == "Nguồn camera-ai: không kết nối được máy chủ MQTT"
        assert feed.desk.room.durable.producers["camera-ai"].condition == "silent"
        assert any(f"127.0.0.1:{broker.port}" in fault for fault in feed.faults)
        await asyncio.to_thread(broker.start)
        await feed.until(lambda: feed.desk.ingest.gone_reason("camera-ai") is None, "found again")
        await feed.tick()
        assert not feed.desk.only("producer.silent").active
        with publisher(broker) as again:
            await asyncio.to_thread(again.send, "frigate/events", frigate("after"))
            await feed.until(lambda: "fire" in by_label(feed), "what comes after")

    with running(kind, tmp_path / "broker") as broker:
        on_broker(broker, tmp_path, scenario)


def test_frigate_that_stops_is_silent_though_its_broker_works(tmp_path: Path) -> None:
    async def scenario(feed: Fed) -> None:
        await asyncio.to_thread(feed.send.send, "frigate/available", "offline", retain=True)
        await feed.until(lambda: feed.desk.ingest.gone_reason("camera-ai") is not None, "stopped")
        await feed.tick()
        assert "báo đã dừng" in feed.desk.only("producer.silent").headline_vi
        await asyncio.to_thread(feed.send.send, "frigate/available", "online", retain=True)
        await feed.until(lambda: feed.desk.ingest.gone_reason("camera-ai") is None, "back")

    with running("mosquitto", tmp_path / "broker") as broker:
        on_broker(broker, tmp_path, scenario)


def test_bad_messages_are_kept_with_their_reason_and_stop_nobody(tmp_path: Path) -> None:
    bad = (b"", b"{", b"[1]", b'{"type":"new"}', b"\xff\xfe", b"[" * 100_000, b"x" * 1_100_000)

    async def scenario(feed: Fed) -> None:
        for number, payload in enumerate(bad):
            await asyncio.to_thread(feed.send.send, "frigate/events", payload)
            await asyncio.to_thread(feed.send.send, "frigate/events", frigate(f"good{number}"))
        await asyncio.to_thread(feed.send.send, "frigate/events", frigate("x").replace(b"cam-1", b"cam-9"))
        await feed.until(lambda: (feed.accepted(), feed.rejected()) == (len(bad), len(bad) + 1), "each by itself")
        await feed.until(lambda: len(feed.desk.quarantined()) == len(bad) + 1, "kept")
        await feed.tick()
        assert by_label(feed)["fire"].count == len(bad)
        assert feed.desk.only("input.quarantined").count == len(bad) + 1

    with running("mosquitto", tmp_path / "broker") as broker:
        on_broker(broker, tmp_path, scenario)


def test_tls_and_a_password_let_in_and_nothing_secret_is_told(tmp_path: Path) -> None:
    secret = "canary-S3cr3t-mqtt"
    stranger = str(TLS / "stranger.pem")

    async def good(feed: Fed) -> None:
        await asyncio.to_thread(feed.send.send, "frigate/events", frigate("a"))
        await feed.until(lambda: feed.accepted() == 1, "let in")
        assert feed.faults == []

    async def refused(feed: Fed) -> None:
        told.extend(feed.faults)
        assert feed.desk.ingest.last_message_ms("camera-ai") is None

    told: list[str] = []
    with running("mosquitto", tmp_path / "broker", user="trucban", password=secret, tls=True) as broker:
        on_broker(broker, tmp_path, good)
        wrongs: tuple[dict[str, object], ...] = ({"ca_file": stranger}, {"password": SecretStr(f"{secret}-wrong")})
        for number, wrong in enumerate(wrongs):
            (tmp_path / str(number)).mkdir()
            on_broker(broker, tmp_path / str(number), refused, changed=wrong)
    assert "certificate" in told[0].lower()
    assert "not authori" in told[1].lower()
    assert secret not in "".join(told)


def test_a_flood_is_bounded_and_no_state_is_lost(tmp_path: Path) -> None:
    """20,000 updates as fast as they go, with the beginnings and ends of 200 things among them."""

    async def scenario(feed: Fed) -> None:
        def flood() -> None:
            for number in range(20_000):
                if number % 100 == 0:
                    feed.send.send("frigate/events", frigate(f"thing-{number}", score=0.9))
                feed.send.send("frigate/events", frigate("one", "update", score=0.5) + b" " * 500, qos=0)
            feed.send.send("frigate/available", "online")

        await asyncio.to_thread(flood)
        await feed.until(lambda: feed.accepted() == 201, "every beginning")
        pulse = next(one for one in feed.desk.ingest.pulses() if one.producer_id == "camera-ai")
        assert pulse.rejected == 0
        assert by_label(feed)["fire"].detection is not None
        await feed.tick()
        assert by_label(feed)["fire"].count >= 200

    with running("mosquitto", tmp_path / "broker") as broker:
        on_broker(broker, tmp_path, scenario)
