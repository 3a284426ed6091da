"""Who turns a camera where: by command and by itself, held by one officer at a time, ended by the camera's own word."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from backend.contracts.commands import GotoPreset, RefusalCode, Role
from backend.contracts.events import AlertAcknowledged, AlertRaised, CameraSteered, Event, SiteLoaded
from backend.contracts.presets import preset_for
from backend.contracts.state import SteerState
from backend.services.commands import CommandDesk
from backend.services.steering import RESTARTED, Steering
from backend.simulate.onvif import Device, Head, OnvifServer
from backend.sources.onvif_ptz import Position
from config.camera_model import PtzCamera, PtzConfig, PtzPreset, PtzRules
from config.model import FireSiteConfig, SiteConfig
from config.site import SiteErrors, load_site, public_site
from tests.system.backend_process import LAOCAI
from tests.unit.feeds_samples import Desk, Moment, camera, opened_desk, operator, small_site
from tests.unit.storage_samples import alert

PRESETS: Final = {"nha": Position(0.0, 0.0, 0.0), "cho": Position(0.5, 0.2, 0.3), "cau": Position(-0.4, 0.0, 0.0)}
SECRET: Final = "mật khẩu"


@dataclass
class Turning:
    """A room with one real camera service behind it."""

    desk: Desk
    commands: CommandDesk
    server: OnvifServer
    now: Moment
    sent: int = 0

    @property
    def last(self) -> SteerState:
        return self.desk.room.durable.steering["cam-1"]

    async def goto(self, preset: str, user: str = "lan", role: Role = Role.DUTY_OFFICER, holder: str = "") -> str:
        """Send the order; "" or the code of the refusal."""
        self.sent += 1
        command = GotoPreset(command_id=f"{self.sent:032x}", camera_id="cam-1", preset=preset, expected_holder=holder)
        return (await self.commands.execute(command, operator(role, user), "")).reason_code

    async def until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(8):
            while not so():
                await asyncio.sleep(0.02)


def site_of(address: str, by_itself: bool = False, home_after_s: int = 0) -> SiteConfig:
    presets = tuple(
        PtzPreset(token=token, name_vi=token, name_en=token, bearing_deg=bearing)
        for token, bearing in (("nha", None), ("cho", 90.0), ("cau", 270.0))
    )
    one = PtzCamera(
        camera_id="cam-1", address=address, profile="p", user="u", password=SECRET, home="nha",
        by_itself=by_itself, preset=presets,
    )  # fmt: skip
    rules = PtzRules(hold_s=60, home_after_s=home_after_s, answer_within_s=2.0, arrive_within_s=5.0)
    return small_site(cameras=(camera("cam-1"), camera("cam-2"))).model_copy(
        update={"ptz": PtzConfig(rules=rules, cameras=(one,))}
    )


@asynccontextmanager
async def turning(data_dir: Path, by_itself: bool = False, home_after_s: int = 0) -> AsyncIterator[Turning]:
    server = OnvifServer(Device(PRESETS, "u", SECRET, Head(2.0)), "http://127.0.0.1:0/onvif/device_service")
    server.start()
    site = site_of(server.address, by_itself, home_after_s)
    try:
        async with opened_desk(data_dir, site) as desk:
            await desk.room.record(lambda state: (SiteLoaded(site=public_site(site, 0)),))
            running = asyncio.create_task(Steering(site, desk.room).run())
            await asyncio.sleep(0)
            try:
                yield Turning(desk, desk.commands(), server, desk.now)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
    finally:
        server.stop()


def play(scenario: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(scenario())


def steered(desk: Desk) -> list[tuple[str, str]]:
    return [(one.event.condition, one.actor) for one in desk.events if isinstance(one.event, CameraSteered)]


def test_an_order_is_done_only_when_the_camera_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with turning(tmp_path) as room:
            assert await room.goto("cho") == ""
            assert (room.last.condition, room.last.by, room.last.preset) == ("moving", "lan", "cho")
            await room.until(lambda: room.last.condition != "moving")
            assert (room.last.condition, room.last.by) == ("arrived", "lan")
            assert room.server.device.head.at() == PRESETS["cho"]
            assert steered(room.desk) == [("moving", "lan"), ("arrived", "")]
            assert {one.caused_by for one in room.desk.events if isinstance(one.event, CameraSteered)} == {f"{1:032x}"}

    play(scenario)


def test_the_newest_order_counts_and_the_one_before_is_never_told_as_done(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with turning(tmp_path) as room:
            await room.goto("cho")
            await room.goto("cau")
            await room.until(lambda: room.last.condition == "arrived")
            assert room.last.preset == "cau"
            assert steered(room.desk) == [("moving", "lan"), ("moving", "lan"), ("arrived", "")]

    play(scenario)


def test_a_camera_belongs_to_who_turned_it_until_another_takes_it_knowingly(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with turning(tmp_path) as room:
            await room.goto("cho")
            assert await room.goto("cau", user="minh") == RefusalCode.OWNER_CHANGED
            assert room.last.preset == "cho"
            assert await room.goto("cau", user="minh", holder="lan") == ""
            assert room.last.by == "minh"
            room.now.move(61)
            assert await room.goto("cho") == ""
            assert room.last.by == "lan"

    play(scenario)


def test_who_may_not_and_what_is_not_there_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with turning(tmp_path) as room:
            assert await room.goto("cho", role=Role.AGENCY) == RefusalCode.NOT_ALLOWED
            assert await room.goto("san-bay") == RefusalCode.NOT_FOUND
            lost = GotoPreset(command_id=f"{99:032x}", camera_id="cam-2", preset="cho")
            result = await room.commands.execute(lost, operator(), "")
            assert (result.accepted, result.reason_code) == (False, RefusalCode.NOT_FOUND)
            assert steered(room.desk) == []

    play(scenario)


def test_a_camera_that_is_gone_is_told_with_its_reason(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with turning(tmp_path) as room:
            room.server.stop()
            await room.goto("cho")
            await room.until(lambda: room.last.condition == "failed")
            assert room.last.reason == "không tới được dịch vụ ONVIF của camera"

    play(scenario)


async def fire(desk: Desk) -> str:
    """A critical alert 50 m east of cam-1; its id."""
    new = alert("chay", 1).model_copy(update={"lat_deg": 22.49, "lon_deg": 103.9605})
    await desk.room.record(lambda state: (AlertRaised(alert=new),))
    return new.alert_id


def test_a_critical_alert_turns_a_free_camera_and_it_goes_home_afterwards(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with turning(tmp_path, by_itself=True, home_after_s=30) as room:
            alert_id = await fire(room.desk)
            assert (room.last.preset, room.last.cause, room.last.by, room.last.alert_id) == (
                "cho",
                "alarm",
                "",
                alert_id,
            )
            await room.until(lambda: room.last.condition == "arrived")
            room.now.move(31)
            await asyncio.sleep(1.2)  # home is looked for once a second; its alert still waits
            assert room.last.preset == "cho"
            await room.desk.room.record(lambda state: (AlertAcknowledged(alert_id=alert_id),), actor="lan")
            await room.until(lambda: room.last.cause == "home" and room.last.condition == "arrived")
            assert room.server.device.head.at() == PRESETS["nha"]

    play(scenario)


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_camera_in_an_officers_hand_or_not_allowed_to_is_never_taken_away(tmp_path: Path, by_itself: bool) -> None:
    async def scenario() -> None:
        async with turning(tmp_path, by_itself=by_itself) as room:
            if by_itself:
                await room.goto("cau")
            await fire(room.desk)
            orders = [one.event for one in room.desk.events if isinstance(one.event, CameraSteered)]
            assert [one.cause for one in orders if one.condition == "moving"] == ["hand"] * by_itself

    play(scenario)


def test_an_order_that_a_restart_cut_off_is_told_as_failed(tmp_path: Path) -> None:
    async def scenario() -> None:
        site = site_of("http://127.0.0.1:9/onvif")
        async with opened_desk(tmp_path, site) as desk:
            begun: tuple[Event, ...] = (
                SiteLoaded(site=public_site(site, 0)),
                CameraSteered(camera_id="cam-1", condition="moving", preset="cho"),
            )
            await desk.room.record(lambda state: begun, actor="lan")
            running = asyncio.create_task(Steering(site, desk.room).run())
            async with asyncio.timeout(5):
                while desk.room.durable.steering["cam-1"].condition == "moving":
                    await asyncio.sleep(0.02)
            running.cancel()
            assert desk.room.durable.steering["cam-1"].reason == RESTARTED

    play(scenario)


def test_an_exercise_moves_no_camera(tmp_path: Path) -> None:
    site = site_of("http://127.0.0.1:9/onvif").model_copy(update={"exercise_vi": "Diễn tập"})
    assert all(one.ptz is None for one in public_site(site, 0).cameras)


def test_a_preset_made_for_a_thing_is_better_than_one_that_looks_that_way() -> None:
    site = public_site(load_site(LAOCAI), 0)
    one = next(camera for camera in site.cameras if camera.camera_id == "gt-coc-leu")
    market: FireSiteConfig = next(one for one in load_site(LAOCAI).fire_sites if one.fire_site_id == "cho-coc-leu")
    found = [
        preset_for(one, "cho-coc-leu", None),
        preset_for(one, "", (market.lat_deg, market.lon_deg)),
        preset_for(one, "", (22.5003, 103.9670)),
        preset_for(one, "", (22.4, 103.9)),
    ]
    assert [preset.token if preset is not None else "" for preset in found] == ["2", "2", "1", ""]


def test_seats_get_neither_address_nor_password_and_every_mistake_is_told(tmp_path: Path) -> None:
    site = load_site(LAOCAI)
    shown = public_site(site, 0).model_dump_json()
    assert "mo-phong-quay-quet" not in repr(site) + shown + site.model_dump_json()
    assert "8561" not in shown
    folder = tmp_path / "site"
    shutil.copytree(LAOCAI, folder)
    text = (folder / "ptz.toml").read_text(encoding="utf-8")
    for before, after in (
        ('camera_id = "gt-coc-leu"', 'camera_id = "gt-coc-lau"'),
        ("http://127.0.0.1:8561", "http://trucban:hunter2@127.0.0.1:8561"),
        ('home = "1"', 'home = "9"'),
        ('place_id = "cho-coc-leu"', 'place_id = "cho-coc-lau"'),
        ('token = "3"', 'token = "2"'),
        ("hold_s = 60", "hold_s = -1"),
    ):
        assert before in text
        text = text.replace(before, after, 1)
    (folder / "ptz.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteErrors) as caught:
        load_site(folder)
    told = str(caught.value)
    assert "hunter2" not in told
    for wanted in (
        "did you mean 'gt-coc-leu'",
        "belong into user and password",
        "home '9' is none of its presets",
        "did you mean 'cho-coc-leu'",
        "preset '2' is there twice",
        "hold_s",
    ):
        assert wanted in told
