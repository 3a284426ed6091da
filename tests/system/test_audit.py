"""The audit log of a real backend: who came in, who looked, what was handed out; its heads on other machines."""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
import sys
from functools import partial
from pathlib import Path

import httpx
import pytest
from nacl.public import PrivateKey

from backend.contracts.audit import AuditHeadAnswer, AuditPage, AuditRecord, SignedHead
from backend.contracts.commands import Role
from backend.services.audit_heads import HeadPlan, Heads, signer_of
from backend.services.signing import fingerprint
from tests.system.backend_process import PASSWORD, SMALL_SITE, BackendProcess, run_backend, wait_until
from tests.system.feed_client import feed_client
from tests.system.producers import cap_message
from tests.unit.audit_samples import Clock, with_heads


def records(backend: BackendProcess, token: str, **query: str | int) -> tuple[AuditRecord, ...]:
    with backend.client(token) as client:
        answer = client.get("/api/v1/audit", params=query)
    assert answer.status_code == 200, answer.text
    return AuditPage.model_validate_json(answer.content).records


def deeds(rows: tuple[AuditRecord, ...]) -> list[tuple[str, str, str, str]]:
    return [(row.deed, row.actor, row.about, row.outcome) for row in rows]


def _verify(data: Path, *more: str | Path) -> tuple[int, str]:
    done = run_backend("audit", "verify", "--data", data, *more)
    return done.returncode, done.stdout + done.stderr


def test_who_came_in_looked_and_left_stands_in_the_log_and_no_secret_does(tmp_path: Path) -> None:
    password_file = tmp_path / "password"
    password_file.write_text(PASSWORD, encoding="utf-8")
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", "--local-seat") as backend:
        add = ("user", "add", "--data", backend.data_dir, "--password-file", password_file)
        assert run_backend(*add, "--role", "supervisor", "chief").returncode == 0
        assert run_backend("token", "bulletins", "--data", backend.data_dir).returncode == 0
        chief = backend.login("chief")
        with backend.client() as client:
            for user, password in (("chief", "wrong-wrong"), ("my-secret-password", "chief")):
                answer = client.post("/api/v1/login", json={"user": user, "password": password})
                assert answer.status_code == 401
        key = base64.b64encode(bytes(PrivateKey.generate().public_key)).decode("ascii")
        with backend.client(backend.local_token) as client:
            assert client.get("/api/v1/audit").status_code == 403
            assert client.get("/api/v1/audit/head").status_code == 403
            assert client.post("/api/v1/camera-keys", json={"public_key": key}).status_code == 200
            for _ in range(3):
                assert client.get("/api/v1/replay/span").status_code == 200
            assert client.post("/api/v1/logout").status_code == 204
        found = deeds(records(backend, chief))
        assert [one for one in found if one[0] not in ("log.sealed",)][:3] == [
            ("audit.began", "", found[0][2], "done"),
            ("backend.started", "", "small", "done"),
            ("account.sign_in", "officer", "officer", "done"),
        ]
        assert [one for one in found if not one[1].startswith("os:") and one[0] != "log.sealed"][3:] == [
            ("account.sign_in", "chief", "chief", "done"),
            ("account.sign_in", "", "chief", "refused"),
            ("account.sign_in", "", "?", "refused"),
            ("camera.keys", "officer", "small", "done"),
            ("replay.opened", "officer", "", "done"),
            ("account.sign_out", "officer", "officer", "done"),
            ("audit.read", "chief", "", "done"),
        ]
        assert [(deed, about, outcome) for deed, actor, about, outcome in found if actor.startswith("os:")] == [
            ("account.put", "chief", "asked"),
            ("account.put", "chief", "done"),
            ("token.make", "bulletins", "asked"),
            ("token.make", "bulletins", "done"),
        ]
        assert {row.about for row in records(backend, chief, actor="officer", limit=2)} == {"officer", "small"}
        assert len(records(backend, chief, after=5)) == len(found) + 1 - 5  # the narrowed read is a record too
    code, words = _verify(backend.data_dir)
    assert (code, words.partition(";")[0]) == (0, "audit: good")
    listed = run_backend("audit", "list", "--data", backend.data_dir).stdout
    assert "backend.stopped" in listed
    for secret in ("my-secret-password", PASSWORD, chief, backend.local_token):
        assert secret not in listed


def test_commands_of_a_seat_are_recorded_before_they_are_answered(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", "--local-seat") as backend:
        backend.add_user("chief", Role.SUPERVISOR)
        chief = backend.login("chief")
        with backend.client(backend.producer_token("bulletins")) as client:
            assert client.post("/api/v1/ingest/cap", content=cap_message("one")).status_code == 202

        async def scenario() -> str:
            async with feed_client(backend.feed_url, backend.local_token) as seat:
                await seat.until(lambda: bool(seat.state.alerts))
                alert_id = next(iter(seat.state.alerts))
                assert (await seat.acknowledge(alert_id)).accepted
                rows = await asyncio.to_thread(records, backend, chief, about=alert_id)
                assert deeds(rows) == [("alert.acknowledge", "officer", alert_id, "done")]
                assert not (await seat.acknowledge(alert_id)).accepted
                rows = await asyncio.to_thread(records, backend, chief, about=alert_id)
                assert json.loads(rows[1].detail)["reason_code"] == "wrong_phase"
                return alert_id

        asyncio.run(scenario())


def test_heads_reach_a_share_and_another_backend_and_show_a_log_that_was_cut(tmp_path: Path) -> None:
    share, token_file = tmp_path / "share", tmp_path / "token"
    with BackendProcess.start(SMALL_SITE, tmp_path / "far") as far:
        token_file.write_text(far.producer_token("heads.north"), encoding="utf-8")
        far.add_user("chief", Role.SUPERVISOR)
        url = f"{far.url}/api/v1/audit/heads"
        heads = ["--head-every-s", "1", "--head-folder", str(share), "--head-url", url]
        received = far.data_dir / "heads-received" / "from-north"
        arguments = ("--local-seat", *heads, "--head-token-file", str(token_file))
        with BackendProcess.start(SMALL_SITE, tmp_path / "near", *arguments) as near:
            near.add_user("chief", Role.SUPERVISOR)
            chief = near.login("chief")
            with near.client(chief) as client:
                answer = AuditHeadAnswer.model_validate_json(client.get("/api/v1/audit/head").content)
            key = base64.b64decode(answer.public_key)
            assert answer.fingerprint == fingerprint(key)
            for _ in range(10):
                near.login("chief")
            for folder in (share, received):
                wait_until(partial(_newest_is, folder, 13), what=f"a head of record 13 in {folder}")
                assert {signer_of(head) for head in _heads(folder)} == {key}
            assert _verify(near.data_dir, "--heads", share)[0] == 0, "beside the running backend"
        assert _verify(near.data_dir, "--heads", share, "--heads", received)[0] == 0
        _sql(near.data_dir, "DELETE FROM audit WHERE number > 3")
        for folder in (share, received):
            code, words = _verify(near.data_dir, "--heads", folder)
            assert (code, "its end was cut off" in words) == (1, True), words
        with BackendProcess.start(SMALL_SITE, tmp_path / "near", *arguments) as near:
            wait_until(lambda: "phần cuối bị cắt" in _degraded(near), what="the cut to be told")
            wait_until(lambda: bool(_went_back(far)), what="the other backend to notice")


def _heads(folder: Path) -> list[SignedHead]:
    found = []
    for path in sorted(folder.glob("heads-*.jsonl")):
        found += [SignedHead.model_validate_json(line) for line in path.read_bytes().splitlines()]
    return found


def _newest_is(folder: Path, number: int) -> bool:
    return any(head.head.number >= number for head in _heads(folder))


def _sql(data: Path, statement: str) -> None:
    connection = sqlite3.connect(data / "trucban.sqlite3")
    with connection:
        connection.execute(statement)
    connection.close()


def _degraded(backend: BackendProcess) -> str:
    return str(httpx.get(f"{backend.url}/healthz", timeout=20).text)


def _went_back(backend: BackendProcess) -> list[str]:
    rows = records(backend, backend.login("chief"), about="north")
    return [row.detail for row in rows if row.deed == "audit.head_received" and "went back" in row.detail]


def test_the_door_for_heads_takes_only_what_is_signed_from_whom_it_gave_a_token(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "far") as far:
        (own,) = _wait_for_heads(far.data_dir / "heads")
        body = own.model_dump(mode="json")
        changed = {**body, "head": {**body["head"], "number": 99}}
        with far.client() as client:
            assert client.post("/api/v1/audit/heads", json=body).status_code == 401
        with far.client(far.producer_token("bulletins")) as client:
            assert client.post("/api/v1/audit/heads", json=body).status_code == 401
        with far.client(far.producer_token("heads.north")) as client:
            assert client.post("/api/v1/audit/heads", json=changed).status_code == 422
            assert client.post("/api/v1/audit/heads", json=body).status_code == 429
        with far.client(far.producer_token("heads.south")) as client:
            assert client.post("/api/v1/audit/heads", json=body).status_code == 204
        with far.client(far.producer_token("heads.../../up")) as client:
            assert client.post("/api/v1/audit/heads", json=body).status_code == 422
        kept = far.data_dir / "heads-received"
        assert [path.name for path in kept.iterdir()] == ["from-south"]
        assert _heads(kept / "from-south") == [own]


def _wait_for_heads(folder: Path) -> list[SignedHead]:
    wait_until(lambda: bool(_heads(folder)), what="a head")
    return _heads(folder)


def test_a_place_that_takes_no_heads_is_told_after_three_turns_and_again_well(tmp_path: Path) -> None:
    place = tmp_path / "stick"
    place.write_text("a file where a folder should be", encoding="utf-8")

    async def scenario(heads: Heads) -> None:
        for turn in range(3):
            assert heads.fault == "", turn
            await heads.turn()
        assert heads.fault.startswith(f"không ghi được mã chốt nhật ký thao tác ra {place}: ")
        place.unlink()
        await heads.turn()
        assert heads.fault == ""
        assert len(_heads(place)) == 1

    asyncio.run(with_heads(tmp_path, [place], HeadPlan(), Clock(), scenario))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such bits")
def test_a_key_that_others_can_read_starts_no_backend(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "data"):
        pass
    (tmp_path / "data" / "keys" / "signing.key").chmod(0o644)
    told = run_backend("serve", "--site", SMALL_SITE, "--data", tmp_path / "data", "--port", "0")
    assert (told.returncode, "can be read or changed by others" in told.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--head-url", "ftp://x/y"), "right is https://"),
        (("--head-url", "http://other.example/api/v1/audit/heads"), "without TLS"),
        (("--head-every-s", "0"), "right is 1 to 3600"),
        (("--head-token-file", "nowhere"), "nowhere"),
    ],
)
def test_wrong_places_for_heads_are_refused_at_the_start(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    told = run_backend("serve", "--site", SMALL_SITE, "--data", tmp_path, "--port", "0", *arguments)
    assert (told.returncode, words in told.stderr) == (2, True), told.stderr
