"""Exercises against the real backend: what is played, what comes of it, the same each time, never in a real room."""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import ParamSpec

import httpx
import pytest

from backend.contracts.alerts import Alert
from backend.contracts.commands import AcknowledgeAlert, DispatchAlert, Role, TakeAlert
from backend.contracts.events import AlertRaised, AlertUpdated, MarkPlaced
from backend.contracts.exercise import END_MARK, ExerciseAnswer
from backend.exercise.past import open_past
from backend.exercise.player import NoCameraLines, Player
from backend.exercise.record import RecordError, Recording
from backend.exercise.relay import CameraRelays
from backend.exercise.room import new_room
from backend.exercise.score import score
from backend.exercise.training import through_relays, training_site
from backend.gateway.compose import RoomKindError, running
from backend.gateway.parts import Parts
from backend.services import bulletin_words, places
from backend.storage.errors import StorageError
from config.camera_model import Volume
from config.scenario import Scenario
from config.scenario_file import load_scenario, scenario_file
from config.site import load_site
from config.source_model import CapFeedSource, DropFolderSource
from tests.system.backend_process import TOP, BackendProcess, run_backend, wait_until
from tests.system.exercise_room import START_MS, open_room, player_of, still_room
from tests.system.rtsp_server_process import make_clip, mounts_of, rtsp_server
from tests.unit.exercise_samples import SMALL_SITE, WHOLE, scenario_of

Parameters = ParamSpec("Parameters")


def in_a_loop(test: Callable[Parameters, Coroutine[None, None, None]]) -> Callable[Parameters, None]:
    @functools.wraps(test)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@pytest.fixture
def counted_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alert ids are random; here they are counted, so that two logs can be compared byte for byte."""
    _count(monkeypatch)


def _count(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count(1)
    monkeypatch.setattr(places, "fresh_id", lambda kind: f"{kind}-{next(numbers):020x}")
    monkeypatch.setattr(bulletin_words, "fresh_id", lambda kind: f"{kind}-{next(numbers):020x}")


async def _played(scenario: Scenario, folder: Path, minutes: float = 2.5) -> tuple[bytes, bytes]:
    """(everything that was posted, the whole log without the marks of where it lies)."""
    site = training_site(load_site(scenario.site_folder), scenario, scenario.head.speed_up, cameras=False)
    async with still_room(site, folder) as room:
        await room.play(player_of(scenario, site, room), START_MS + round(minutes * 60_000))
        posted = b"".join(f"{body.door} {body.producer_id} {body.name}\n".encode() + body.body for body in room.bodies)
        log = "\n".join(event.model_dump_json() for event in await room.events()).encode()
    return posted, log


@in_a_loop
async def test_the_same_exercise_twice_gives_the_same_inputs_and_the_same_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = scenario_of(tmp_path)
    runs = []
    for name in ("one", "two"):
        _count(monkeypatch)
        runs.append(await _played(scenario, tmp_path / name))
    assert runs[0][0] == runs[1][0]
    assert runs[0][1] == runs[1][1]
    assert len(runs[0][0]) > 10_000
    assert runs[0][1].count(b'"alert.raised"') == 3


@in_a_loop
async def test_the_shipped_flood_raises_what_its_expectations_are_about(tmp_path: Path, counted_ids: None) -> None:
    """Everything but the silence of a producer and of a camera, which watches of the running backend find."""
    scenario, real = load_scenario(scenario_file("lu-song-hong-2024"))
    site = training_site(real, scenario, 600.0, cameras=False)
    async with still_room(site, tmp_path / "room") as room:
        player = player_of(scenario, site, room, 600.0)
        await room.play(player, START_MS + 170_000)
        assert player.ended
        events = await room.events()
        sheet = score(scenario, events)
    raised = [event.event.alert for event in events if isinstance(event.event, AlertRaised)]
    assert all(alert.exercise for alert in raised)
    assert {(alert.kind, alert.place_id) for alert in raised} == {
        ("station.level", "TV-LC"),
        ("station.level", "TV-BH"),
        ("station.rain", "MUA-BX"),
        ("cap.message", ""),
        ("detection", "gt-coc-leu"),
    }
    took_place = {item.expect_id for item in sheet.expectations if item.state != "not_yet"}
    assert took_place == {item.expect_id for item in scenario.expectations} - {"mat-lien-lac", "mat-camera"}
    crest = [event.event for event in events if isinstance(event.event, AlertUpdated)]
    assert any("86,91 m" in (event.headline_vi or "") for event in crest)


@in_a_loop
async def test_rain_falls_as_much_as_the_scenario_says(tmp_path: Path) -> None:
    scenario, real = load_scenario(scenario_file("lu-song-hong-2024"))
    site = training_site(real, scenario, 1000.0, cameras=False)
    site = site.model_copy(update={"stations": tuple(item for item in site.stations if item.kind == "rain")})
    async with still_room(site, tmp_path / "room") as room:
        await room.play(player_of(scenario, site, room, 1000.0), START_MS + 110_000)
        samples = await room.parts.readings_store.samples("MUA-BX", "Rain", START_MS, START_MS + 110_000)
    # By hand: 2 h rising, 11 h of 10.6 mm, half an hour up, 7.5 h of 15.4 mm, 3 h down to 4 mm, 3 h of it.
    by_hand = 2 * (2 + 10.6) / 2 + 11 * 10.6 + 0.5 * (10.6 + 15.4) / 2 + 7.5 * 15.4 + 3 * (15.4 + 4) / 2 + 3 * 4
    assert sum(value for _, value, _ in samples) == pytest.approx(by_hand, abs=1)


@in_a_loop
async def test_through_the_real_doors_it_raises_alerts_and_is_scored(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    site = training_site(load_site(SMALL_SITE), scenario, 3000.0, cameras=False)
    folder = new_room(tmp_path, scenario, 420)
    async with open_room(site, folder) as room:
        start_ms = (time.time_ns() // 1_000_000_000 + 1) * 1000
        player = Player(scenario, site, 3000.0, start_ms, room.doors, room.seat, NoCameraLines(lambda text: None))
        alerts: dict[str, Alert] = {}
        async with asyncio.timeout(20):
            while not player.ended or not set(alerts) >= {"station.level", "cap.message", "detection"}:
                await player.play_until(time.time_ns() // 1_000_000)
                await asyncio.sleep(0.05)
                alerts |= {alert.kind: alert for alert in room.parts.room.state.alerts.values()}
        assert all(alert.exercise for alert in alerts.values())
        comments = [entry for entry in alerts["cap.message"].history if entry.kind == "commented"]
        assert [entry.actor for entry in comments] == ["dao-dien"]
        assert room.parts.room.state.site is not None
        assert room.parts.room.state.site.exercise_vi == "Lũ thử"
        assert len(list((folder / "quarantine").iterdir())) == 0
        await _the_door_tells_the_sheet(room.parts, room.client)


async def _the_door_tells_the_sheet(parts: Parts, client: httpx.AsyncClient) -> None:
    supervisor = await parts.accounts.local_token("dao-dien")
    officer = await parts.accounts.local_token("officer")
    answers = {}
    for name, token in (("supervisor", supervisor), ("officer", officer)):
        answer = await client.get("/api/v1/exercise/score", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        answers[name] = ExerciseAnswer.model_validate_json(answer.content).sheet
    sheet = answers["supervisor"]
    assert sheet is not None
    assert sheet.ended_ms is not None
    assert {item.expect_id: item.state for item in sheet.expectations}["ghi-nhan"] in ("waiting", "missed")
    before = await client.get(
        "/api/v1/exercise/score", params={"at": sheet.started_ms or 0}, headers={"Authorization": f"Bearer {officer}"}
    )
    then = ExerciseAnswer.model_validate_json(before.content).sheet
    assert then is not None
    assert (then.ended_ms, {item.state for item in then.expectations}) == (None, {"not_yet"})


@in_a_loop
async def test_while_it_goes_on_the_sheet_is_for_who_may_debrief(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    site = training_site(load_site(SMALL_SITE), scenario, 60.0, cameras=False)
    async with open_room(site, new_room(tmp_path, scenario, 420)) as room:
        for user, status in (("officer", 403), ("dao-dien", 200)):
            token = await room.parts.accounts.local_token(user)
            answer = await room.client.get("/api/v1/exercise/score", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status, answer.text


@in_a_loop
async def test_a_real_room_has_no_sheet(tmp_path: Path) -> None:
    async with open_room(load_site(SMALL_SITE), tmp_path / "room") as room:
        token = await room.parts.accounts.local_token("officer")
        answer = await room.client.get("/api/v1/exercise/score", headers={"Authorization": f"Bearer {token}"})
        assert ExerciseAnswer.model_validate_json(answer.content).sheet is None


@in_a_loop
async def test_an_exercise_is_never_played_into_a_real_room_nor_a_real_one_in_a_training_room(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    real = load_site(SMALL_SITE)
    training = training_site(real, scenario, 60.0, cameras=False)
    async with running(real, tmp_path / "real"):
        pass
    async with running(training, tmp_path / "training"):
        pass
    for site, folder, words in (
        (training, "real", "the log of a real room; an exercise is never played into one"),
        (real, "training", "the training room of 'Lũ thử'; a real room has its own"),
    ):
        before = _logged(tmp_path / folder)
        with pytest.raises(RoomKindError, match=re.escape(words)):
            async with running(site, tmp_path / folder):
                pass
        assert _logged(tmp_path / folder) == before


def _logged(folder: Path) -> list[tuple[int, str]]:
    with sqlite3.connect(folder / "trucban.sqlite3") as connection:
        return list(connection.execute("SELECT seq, body FROM events ORDER BY seq"))


def test_a_training_room_reaches_for_nothing_of_the_real_one() -> None:
    scenario, real = load_scenario(scenario_file("lu-song-hong-2024"))
    away = real.model_copy(
        update={
            "sources": tuple(
                source.model_copy(update={"folder": Path("/srv/ftp/real")})
                if isinstance(source, DropFolderSource)
                else source
                for source in real.sources
            )
        }
    )
    site = training_site(away, scenario, 72.0, cameras=False)
    assert site.exercise_vi == scenario.head.title_vi
    assert [source for source in site.sources if isinstance(source, CapFeedSource)] == []
    folders = [source.folder for source in site.sources if isinstance(source, DropFolderSource)]
    assert folders
    assert all(not folder.is_absolute() for folder in folders)
    assert site.recording.volumes == ()
    with_cameras = training_site(
        away.model_copy(
            update={
                "recording": away.recording.model_copy(
                    update={"volumes": (Volume(name="disk", folder="/srv/recordings"),)}
                )
            }
        ),
        scenario, 72.0, cameras=True,
    )  # fmt: skip
    assert [volume.folder for volume in with_cameras.recording.volumes] == ["recordings/disk"]
    scripted = site.station("TV-LC")
    assert scripted is not None
    assert scripted.interval_s == scenario.head.send_every_s


@in_a_loop
async def test_while_it_is_paused_the_stations_go_on_and_the_story_does_not(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    site = training_site(load_site(SMALL_SITE), scenario, 60.0, cameras=False)
    async with still_room(site, tmp_path / "room") as room:
        player = player_of(scenario, site, room)
        await room.play(player, START_MS + 15_000)
        player.pause(START_MS + 15_000)
        await room.play(player, START_MS + 75_000)
        assert player.story_s(START_MS + 75_000) == 15 * 60
        values = await room.parts.readings_store.samples("R-01", "Level", START_MS + 20_000, START_MS + 75_000)
        assert len({value for _, value, _ in values}) == 1
        assert len(values) == 12
        marks = {event.event.mark.mark_id for event in await room.events() if isinstance(event.event, MarkPlaced)}
        assert "exercise-step-tin-1" in marks
        assert "exercise-step-tin-2" not in marks
        player.resume(START_MS + 75_000)
        await room.play(player, START_MS + 81_000)
        marks = {event.event.mark.mark_id for event in await room.events() if isinstance(event.event, MarkPlaced)}
        assert "exercise-step-tin-2" in marks


@in_a_loop
async def test_a_producer_that_was_silent_sends_what_it_kept(tmp_path: Path) -> None:
    steps = "".join(
        f'\n[[step]]\nstep_id = "{name}"\nat = "{at}"\ntitle_vi = "x"\nkind = "producer"\n'
        f'producer = "logger"\ncondition = "{condition}"\n'
        for name, at, condition in (("im", "00:20:00", "silent"), ("lai", "00:50:00", "back"))
    )
    scenario = scenario_of(tmp_path, WHOLE + steps)
    site = training_site(load_site(SMALL_SITE), scenario, 60.0, cameras=False)
    async with still_room(site, tmp_path / "room") as room:
        player = player_of(scenario, site, room)

        async def count() -> int:
            return len(await room.parts.readings_store.samples("R-01", "Level", START_MS, START_MS + 90_000))

        await room.play(player, START_MS + 21_000)
        before = await count()
        await room.play(player, START_MS + 49_000)
        assert await count() == before
        await room.play(player, START_MS + 51_000)
        assert await count() == 11  # 0, 5, ... 50 s: nothing is missing


@in_a_loop
async def test_a_recording_becomes_a_scenario_that_raises_the_same_alerts_again(
    tmp_path: Path, counted_ids: None
) -> None:
    """A real room lives through the sample; its recording is played into a training room."""
    lived = scenario_of(tmp_path, name="lived")
    real = load_site(SMALL_SITE)
    async with still_room(real, tmp_path / "real") as room:
        # The room is a real one, its inputs are: only the bulletins say that they are an exercise's.
        player = player_of(lived, real, room, 60.0)
        await room.play(player, START_MS + 70_000)
        alerts = {alert.kind: alert.alert_id for alert in room.parts.room.state.alerts.values()}
        level = alerts["station.level"]
        await room.do(AcknowledgeAlert(command_id="a" * 32, alert_id=level), "officer")
        await room.do(DispatchAlert(command_id="b" * 32, alert_id=alerts["detection"], agency_id="pccc"), "officer")
        await room.do(TakeAlert(command_id="c" * 32, alert_id=alerts["detection"], expected_owner=""), "officer")
        await room.play(player, START_MS + 125_000)
    before = (tmp_path / "real" / "trucban.sqlite3").read_bytes()
    with open_past(tmp_path / "real") as past:
        recording = Recording(past, real, START_MS - 1000, START_MS + 125_000)
        text = recording.toml("Diễn lại", "Again", SMALL_SITE.as_posix())
    assert (tmp_path / "real" / "trucban.sqlite3").read_bytes() == before
    assert recording.left_out == []
    assert "officer" not in "".join(line for line in text.splitlines() if not line.startswith("#"))
    again = scenario_of(tmp_path, text, name="again")
    wanted = {(item.alert.kind, item.action): item for item in again.expectations}
    assert set(wanted) == {
        ("station.level", "acknowledged"), ("detection", "taken"), ("detection", "dispatched"),
    }  # fmt: skip
    assert wanted["detection", "dispatched"].to == ("pccc",)
    assert wanted["station.level", "acknowledged"].within_s == 30.0
    curve = again.curves[0]
    assert len(curve.points) < 12
    site = training_site(real, again, 1.0, cameras=False)
    async with still_room(site, tmp_path / "again") as room:
        await room.play(player_of(again, site, room), START_MS + 130_000)
        raised = [event.event.alert for event in await room.events() if isinstance(event.event, AlertRaised)]
    assert {alert.kind for alert in raised} == {"station.level", "cap.message", "detection"}
    assert all(alert.exercise for alert in raised)


@in_a_loop
async def test_nothing_is_recorded_of_an_exercise_nor_of_a_quiet_span(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    real = load_site(SMALL_SITE)
    async with running(real, tmp_path / "real"):
        pass
    async with running(training_site(real, scenario, 60.0, cameras=False), tmp_path / "training"):
        pass
    with open_past(tmp_path / "real") as past, pytest.raises(RecordError, match="no alert was raised in that span"):
        Recording(past, real, 0, 1000).toml("x", "x", "x")
    with open_past(tmp_path / "training") as past, pytest.raises(RecordError, match="for an exercise itself"):
        Recording(past, real, 0, 4_000_000_000_000)
    with pytest.raises(StorageError, match="no room has its database there"), open_past(tmp_path / "nowhere"):
        pass


@in_a_loop
async def test_a_cameras_line_is_cut_and_whole_again(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(b"RTSP " + line)
            await writer.drain()
        writer.close()

    far = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = far.sockets[0].getsockname()[1]
    site = load_site(SMALL_SITE)
    moved = site.cameras[0].main_url.get_secret_value().replace("127.0.0.1:9", f"127.0.0.1:{port}")
    camera = site.cameras[0].model_copy(update={"main_url": type(site.cameras[0].main_url)(moved)})
    site = site.model_copy(update={"cameras": (camera, *site.cameras[1:])})
    async with far, CameraRelays(site, ["cam-1"]) as relays:
        reached = through_relays(site, relays.ports).cameras
        relayed = reached[0].main_url.get_secret_value()
        assert relayed == f"rtsp://viewer:canary-7Hq2-main@127.0.0.1:{relays.ports['cam-1']}/one/main"
        assert reached[1] == site.cameras[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", relays.ports["cam-1"])
        writer.write(b"OPTIONS\n")
        assert await reader.readline() == b"RTSP OPTIONS\n"
        await relays.turn("cam-1", "lost")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        again, broken = await asyncio.open_connection("127.0.0.1", relays.ports["cam-1"])
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await again.readexactly(1)
        await relays.turn("cam-1", "back")
        reader, writer = await asyncio.open_connection("127.0.0.1", relays.ports["cam-1"])
        writer.write(b"OPTIONS\n")
        assert await reader.readline() == b"RTSP OPTIONS\n"
        writer.close()
        broken.close()


@in_a_loop
async def test_a_camera_the_scenario_loses_is_lost_to_the_room_and_comes_back(tmp_path: Path) -> None:
    """A real camera server, the room's own probe, and in between the line that the scenario cuts."""
    steps = "".join(
        f'\n[[step]]\nstep_id = "{name}"\nat = "{at}"\ntitle_vi = "x"\nkind = "camera"\n'
        f'camera = "cam-1"\ncondition = "{name}"\n'
        for name, at in (("lost", "00:01:00"), ("back", "00:02:00"))
    )
    scenario = scenario_of(tmp_path, WHOLE + steps)
    clip = await asyncio.to_thread(make_clip, tmp_path / "clip.mp4")
    with rtsp_server(tmp_path, mounts_of(clip, 1)) as server:
        real = load_site(SMALL_SITE)
        address = type(real.cameras[0].main_url)(server.address("cam-000/sub"))
        camera = real.cameras[0].model_copy(update={"main_url": address, "sub_url": address})
        site = training_site(real.model_copy(update={"cameras": (camera,)}), scenario, 60.0, cameras=True)
        async with CameraRelays(site, ["cam-1"]) as relays:
            site = through_relays(site, relays.ports)
            async with open_room(site, tmp_path / "room") as room:
                player = Player(scenario, site, 60.0, START_MS, room.doors, room.seat, relays)
                state = room.parts.room.state
                await _comes_true(lambda: "cam-1" in state.cameras and state.cameras["cam-1"].condition == "online")
                await player.play_until(START_MS + 1_000)
                await _comes_true(lambda: state.cameras["cam-1"].condition == "lost")
                alert = next(alert for alert in state.alerts.values() if alert.kind == "camera.lost")
                assert (alert.place_id, alert.exercise) == ("cam-1", True)
                await player.play_until(START_MS + 2_000)
                await _comes_true(lambda: state.cameras["cam-1"].condition == "online")


async def _comes_true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.05)


# -- the commands ---------------------------------------------------------------------------------


def test_check_tells_good_and_bad(tmp_path: Path) -> None:
    good = run_backend("exercise", "check", "lu-song-hong-2024")
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("lu-song-hong-2024: good; 14 steps (3 curves), 13 expectations of 115 points")
    file = tmp_path / "bad.toml"
    file.write_text(WHOLE.replace("R-01", "R-1"), encoding="utf-8")
    bad = run_backend("exercise", "check", file)
    assert bad.returncode == 2
    assert "bad.toml:18: unknown station 'R-1', did you mean 'R-01'?" in bad.stderr


def test_run_and_score_by_one_command_each_and_ctrl_c_ends_in_order(tmp_path: Path) -> None:
    file = tmp_path / "thu.toml"
    file.write_text(WHOLE, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "backend", "exercise", "run", str(file), "--data", str(tmp_path), "--speed", "1000"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=TOP,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        room = Path(process.stdout.readline().removeprefix("exercise room ").strip())
        assert process.stdout.readline().startswith("listening on http://127.0.0.1:")
        assert "exercise begins: Lũ thử" in process.stdout.readline()
        wait_until(lambda: len(_marks(room)) >= 3, 20, "the first steps")
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0, process.stderr.read() if process.stderr else ""
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
    assert _marks(room)[-1] == END_MARK
    html, csv = tmp_path / "phieu.html", tmp_path / "phieu.csv"
    scored = run_backend("exercise", "score", file, "--data", tmp_path, "--html", html, "--csv", csv)
    assert scored.returncode == 0, scored.stderr
    assert room.name in scored.stdout
    assert "PHIẾU CHẤM ĐIỂM DIỄN TẬP" in html.read_text(encoding="utf-8")
    assert csv.read_bytes().startswith(b"\xef\xbb\xbf")
    refused = run_backend("serve", "--site", SMALL_SITE, "--data", room, "--port", "0")
    assert refused.returncode == 2
    assert "the training room of 'Lũ thử'" in refused.stderr


def _marks(room: Path) -> list[str]:
    if not (room / "trucban.sqlite3").exists():
        return []
    with sqlite3.connect(room / "trucban.sqlite3") as connection:
        try:
            rows = connection.execute("SELECT body FROM events WHERE kind = 'mark.placed' ORDER BY seq").fetchall()
        except sqlite3.OperationalError:
            return []
    return [json.loads(body)["mark"]["mark_id"] for (body,) in rows]


def test_a_real_room_is_not_scored_and_its_recording_is_refused_without_alerts(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path) as backend:
        backend.add_user("officer", Role.DUTY_OFFICER)
    scored = run_backend("exercise", "score", "lu-song-hong-2024", "--data", tmp_path)
    assert scored.returncode == 2
    assert "that is a real room; only exercises are scored" in scored.stderr
    span = ("--from", "2026-01-01T07:00", "--to", "2026-01-01T08:00")
    recorded = run_backend(
        "exercise", "record", "--data", tmp_path, "--site", SMALL_SITE, *span, "-o", tmp_path / "x.toml"
    )
    assert recorded.returncode == 2
    assert "no alert was raised in that span" in recorded.stderr
    assert not (tmp_path / "x.toml").exists()
