"""Recordings of calls: handed over by the switchboard, heard by who may and never unseen, and gone in time."""

from __future__ import annotations

import io
import sqlite3
import wave
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from av.audio.stream import AudioStream

from backend.contracts.commands import Role
from backend.contracts.hotline import RECORDED_MOST, CallRecording, HotlineRules, RecordedCalls
from backend.contracts.state import RoomState
from backend.simulate.voices import talk
from tests.system.test_hotline import NUMBER, Exchange, exchange

DAY_MS = 86_400_000


async def told(line: Exchange, call_id: str = "1") -> None:
    """A call that is over."""
    await line.tell(
        line.word(call_id, "arrived", 0, caller=NUMBER),
        line.word(call_id, "answered", 5, agent="Bàn 3"),
        line.word(call_id, "ended", 65),
    )


async def hand_over(line: Exchange, content: bytes, call_id: str = "1", after_s: float = 5) -> httpx.Response:
    started = datetime.fromtimestamp(line.begin_ms / 1000 + after_s, UTC).isoformat()
    return await line.http.post(
        f"/api/v1/ingest/recordings/{call_id}",
        params={"started": started},
        content=content,
        headers={"Authorization": f"Bearer {line.token}"},
    )


async def listen(line: Exchange, role: Role, call_id: str = "camera-ai:1", **headers: str) -> httpx.Response:
    token = await line.backend.parts.accounts.local_token(role.value)
    return await line.http.get(
        f"/api/v1/hotline/calls/{call_id}/recording", headers={"Authorization": f"Bearer {token}", **headers}
    )


async def heard_by(line: Exchange) -> list[str]:
    rows = await line.backend.parts.audit.store.read(1, 1000)
    return [row.actor for row in rows if row.deed == "call.heard"]


def packed(codec: str, form: str) -> bytes:
    """A second of sound as another program would write it."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as out:
        stream = out.add_stream(codec, rate=48_000)
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.float32), format="flt", layout="mono")
        frame.rate = 48_000
        frame.pts = 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            out.mux(packet)
    return file.getvalue()


@pytest.mark.anyio
async def test_a_recording_is_kept_folded_and_heard_by_the_hotline_alone_each_time_on_record(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        await told(line)
        answer = await hand_over(line, talk(3.0, 1))
        assert answer.status_code == 201, answer.text
        recording = CallRecording.model_validate_json(answer.content)
        assert abs(recording.duration_ms - 3000) < 50
        assert recording.kept_until_ms - recording.started_ms == 90 * DAY_MS
        (call,) = line.state.ended_calls.values()
        assert call.recording == recording
        assert RoomState.from_snapshot(line.state.snapshot()).ended_calls == line.state.ended_calls
        again = await hand_over(line, talk(3.0, 1))
        assert (again.status_code, again.json()["digest"]) == (201, recording.digest)
        assert (await hand_over(line, talk(2.0, 2))).status_code == 409
        assert len([one for one in (tmp_path / "calls").rglob("*") if one.is_file()]) == 1
        for role in (Role.LEADER, Role.AGENCY, Role.ADMINISTRATOR, Role.CYBER):
            assert (await listen(line, role)).status_code == 403, role
        assert await heard_by(line) == []
        whole = await listen(line, Role.DUTY_OFFICER)
        assert whole.headers["content-type"] == "audio/wav"
        with wave.open(io.BytesIO(whole.content)) as file:
            assert (file.getframerate(), file.getnframes()) == (8000, 24_000)
        part = await listen(line, Role.SUPERVISOR, Range="bytes=0-99")
        assert (part.status_code, part.content) == (206, whole.content[:100])
        assert sorted(await heard_by(line)) == ["duty_officer", "supervisor"]
        assert (await listen(line, Role.SUPERVISOR, "camera-ai:none")).status_code == 404


@pytest.mark.anyio
async def test_what_is_no_recording_or_of_no_call_is_refused_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        await told(line)
        await line.tell(line.word("2", "arrived", 100, caller=NUMBER))
        sound = talk(1.0, 1)
        cases: tuple[tuple[bytes, str], ...] = (
            (b"", "empty"),
            (b"PK\x03\x04" + b"x" * 5000, "none of the kinds"),
            (b"RIFF\xff\xff\xff\xffWAVEfmt " + b"\x00" * 40, "content:"),
            (sound[:30], "content:"),
            (b"OggS" + b"\x00" * 3000, "content:"),
            (b"ID3" + b"\xff" * 3000, "content:"),
        )
        for content, why in cases:
            answer = await hand_over(line, content)
            assert (answer.status_code, why in answer.text) == (422, True), answer.text
        assert (await hand_over(line, sound, "nobody")).status_code == 404
        going = await hand_over(line, sound, "2", after_s=100)
        assert (going.status_code, "goes on" in going.text) == (409, True)
        late = await hand_over(line, sound, after_s=4000)
        assert (late.status_code, "within the time of the call" in late.text) == (422, True)
        assert line.state.ended_calls["camera-ai:1"].recording is None
        assert [one for one in (tmp_path / "calls").rglob("*") if one.is_file()] == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("make", "mime"),
    [(lambda: packed("libopus", "ogg"), "audio/ogg"), (lambda: packed("libmp3lame", "mp3"), "audio/mpeg")],
    ids=["opus", "mp3"],
)
async def test_other_kinds_are_taken_as_they_are(tmp_path: Path, make: Callable[[], bytes], mime: str) -> None:
    async with exchange(tmp_path) as line:
        await told(line)
        answer = await hand_over(line, make())
        assert (answer.status_code, answer.json().get("mime")) == (201, mime), answer.text
        assert abs(answer.json()["duration_ms"] - 1000) < 100


@pytest.mark.anyio
async def test_what_is_kept_no_longer_is_removed_and_said_to_be_gone(tmp_path: Path) -> None:
    async with exchange(tmp_path, HotlineRules(recordings_days=2)) as line:
        await told(line)
        assert (await hand_over(line, talk(1.0, 1))).status_code == 201
        recordings = line.backend.parts.recordings
        assert recordings.purge() == 0
        line.backend.clock.ahead_ms += 2 * DAY_MS + 1
        assert recordings.purge() == 0
        assert (await listen(line, Role.DUTY_OFFICER)).status_code == 410
        line.backend.clock.ahead_ms += 2 * DAY_MS
        assert recordings.purge() == 1
        assert (await listen(line, Role.DUTY_OFFICER)).status_code == 410


@pytest.mark.anyio
async def test_a_mixed_up_call_never_takes_another_call_s_recording_away(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        await told(line)
        await told(line, "2")
        assert (await hand_over(line, talk(1.0, 1))).status_code == 201
        assert (await hand_over(line, talk(1.0, 2), "2")).status_code == 201
        assert (await hand_over(line, talk(1.0, 1), "2")).status_code == 409
        assert (await listen(line, Role.DUTY_OFFICER)).status_code == 200


async def recorded(line: Exchange, role: Role = Role.DUTY_OFFICER, **query: int | str) -> httpx.Response:
    token = await line.backend.parts.accounts.local_token(role.value)
    span: dict[str, int | str] = {"start": line.begin_ms, "end": line.begin_ms + 3_600_000, **query}
    return await line.http.get(
        "/api/v1/hotline/recorded", params=httpx.QueryParams(span), headers={"Authorization": f"Bearer {token}"}
    )


@pytest.mark.anyio
async def test_recorded_calls_of_a_span_are_told_without_a_number_to_the_hotline_alone(tmp_path: Path) -> None:
    async with exchange(tmp_path, HotlineRules(recordings_days=2)) as line:
        await told(line)
        await told(line, "2")
        assert RecordedCalls.model_validate_json((await recorded(line)).content).calls == ()
        assert (await hand_over(line, talk(3.0, 1))).status_code == 201
        answer = await recorded(line)
        found = RecordedCalls.model_validate_json(answer.content)
        (one,) = found.calls
        begin_ms = line.begin_ms
        assert (one.call_id, one.agent, one.arrived_ms, one.answered_ms, one.ended_ms) == (
            "camera-ai:1", "Bàn 3", begin_ms, begin_ms + 5_000, begin_ms + 65_000
        )  # fmt: skip
        assert (one.begin_ms, one.recording.started_ms, one.end_ms) == (begin_ms, begin_ms + 5_000, begin_ms + 65_000)
        assert abs(one.recording.ended_ms - begin_ms - 8_000) < 50
        assert not found.more
        assert set(answer.json()["calls"][0]) == {
            *("call_id", "arrived_ms", "answered_ms", "ended_ms", "queue", "agent", "recording")
        }, "no number, nor what hides it"
        for role in (Role.LEADER, Role.AGENCY, Role.ADMINISTRATOR, Role.CYBER):
            assert (await recorded(line, role)).status_code == 403, role
        assert (await recorded(line, start=begin_ms + 65_000)).json()["calls"] == []
        line.backend.parts.recordings.path(one.recording).unlink()
        assert (await recorded(line)).json()["calls"] == [], "its file is gone"
        assert (await hand_over(line, talk(3.0, 2), "2")).status_code == 201
        assert len((await recorded(line)).json()["calls"]) == 1
        line.backend.clock.ahead_ms += 2 * DAY_MS
        assert (await recorded(line)).json()["calls"] == [], "its time is over"


@pytest.mark.anyio
async def test_a_span_that_is_none_or_a_longer_one_than_a_day_is_refused_in_words(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        cases: tuple[tuple[dict[str, int | str], str], ...] = (
            ({"start": line.begin_ms, "end": line.begin_ms - 1}, "start lies after end"),
            ({"end": line.begin_ms + DAY_MS + 1}, "longer than 24 hours; ask for a part at a time"),
            ({"start": -1}, "greater than or equal to 0"),
            ({"end": 10**18}, "less than or equal to"),
            ({"start": "hôm qua"}, "valid integer"),
        )
        for query, why in cases:
            answer = await recorded(line, Role.DUTY_OFFICER, **query)
            assert (answer.status_code, why in answer.text) == (422, True), answer.text
        assert (await recorded(line, end=line.begin_ms + DAY_MS)).status_code == 200


@pytest.mark.anyio
async def test_of_more_calls_than_are_told_at_once_the_first_are_told_and_that_there_are_more(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        words = [
            word
            for number in range(RECORDED_MOST + 1)
            for word in (
                line.word(str(number), "arrived", number),
                line.word(str(number), "answered", number + 0.2),
                line.word(str(number), "ended", number + 0.5),
            )
        ]
        for start in range(0, len(words), 300):
            await line.tell(*words[start : start + 300])
        sound = talk(0.2, 1)
        for number in range(RECORDED_MOST):
            assert (await hand_over(line, sound, str(number), number + 0.2)).status_code == 201
        found = RecordedCalls.model_validate_json((await recorded(line)).content)
        assert (len(found.calls), found.more) == (RECORDED_MOST, False)
        assert (await hand_over(line, sound, str(RECORDED_MOST), RECORDED_MOST)).status_code == 201
        found = RecordedCalls.model_validate_json((await recorded(line)).content)
        assert [one.call_id for one in found.calls] == [f"camera-ai:{number}" for number in range(RECORDED_MOST)]
        assert found.more


@pytest.mark.anyio
async def test_a_body_over_the_limit_of_its_size_is_refused_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        await told(line)
        recordings = line.backend.parts.recordings
        recordings._limits = replace(recordings._limits, sound_bytes=20_000)
        answer = await hand_over(line, talk(3.0, 1))
        assert (answer.status_code, "more than 20000 bytes" in answer.text) == (422, True), answer.text
        assert [one for one in (tmp_path / "calls").rglob("*") if one.is_file()] == []
        assert line.state.ended_calls["camera-ai:1"].recording is None
        assert (await hand_over(line, talk(1.0, 1))).status_code == 201, "a shorter one is taken"


@pytest.mark.anyio
async def test_who_listens_is_on_record_before_the_first_byte_and_without_the_record_none_is_given(
    tmp_path: Path,
) -> None:
    async with exchange(tmp_path) as line:
        await told(line)
        assert (await hand_over(line, talk(3.0, 1))).status_code == 201
        token = await line.backend.parts.accounts.local_token(Role.DUTY_OFFICER.value)
        url, headers = "/api/v1/hotline/calls/camera-ai:1/recording", {"Authorization": f"Bearer {token}"}
        async with line.http.stream("GET", url, headers=headers) as answer:
            assert answer.status_code == 200
            assert await heard_by(line) == ["duty_officer"], "no byte has been read yet"
        with sqlite3.connect(tmp_path / "trucban.sqlite3") as file:
            file.execute("ALTER TABLE audit RENAME TO audit_away")
        refused = await line.http.get(url, headers=headers)
        assert refused.status_code == 503, refused.text
        assert b"RIFF" not in refused.content
        with sqlite3.connect(tmp_path / "trucban.sqlite3") as file:
            file.execute("ALTER TABLE audit_away RENAME TO audit")
        assert (await line.http.get(url, headers=headers)).content[:4] == b"RIFF"
        assert await heard_by(line) == ["duty_officer", "duty_officer"]
