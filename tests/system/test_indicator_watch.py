"""Late figures and figures off their target become alerts that their owner has at once, and end when mended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.events import AlertRaised, AlertReturned, AlertUpdated, Event
from backend.contracts.indicators import Indicator
from backend.contracts.periods import after, last_ended
from backend.gateway.settings import GatewaySettings
from backend.services.indicators import watch
from config.model import SiteConfig
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.test_indicator_doors import BEDS, OTHER, USED, asking, entered, site
from tests.system.test_indicator_doors import figure as bare_figure

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000
LOST = BEDS.model_copy(update={"code": "LOST", "direction": "down", "target": 5.0, "bad": 10.0, "areas": "province"})


def figure(code: str, value: object, period: str) -> dict[str, object]:
    """With the reason that a correction by hand needs."""
    return bare_figure(code, value, period, note="đếm lại")


def owed(*indicators: Indicator) -> SiteConfig:
    whole = site()
    return whole.model_copy(update={"indicators": whole.indicators.model_copy(update={"indicators": indicators})})


@asynccontextmanager
async def watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *indicators: Indicator
) -> AsyncIterator[OpenBackend]:
    monkeypatch.setattr(watch, "LOOK_S", 0.05)
    monkeypatch.setattr(watch, "SETTLE_S", 0.0)
    async with open_backend(tmp_path, GatewaySettings(), owed(*indicators)) as backend:
        yield backend


def alerts(backend: OpenBackend, kind: str) -> list[Alert]:
    return [one for one in backend.parts.room.durable.alerts.values() if one.kind == kind]


async def until(backend: OpenBackend, kind: str, is_so: Callable[[Alert], bool]) -> Alert:
    with anyio.fail_after(10):
        while True:
            found = alerts(backend, kind)
            if len(found) == 1 and is_so(found[0]):
                return found[0]
            await anyio.sleep(0.01)


def told_of(alert: Alert, heard: list[Event], kind: type[AlertRaised | AlertReturned | AlertUpdated]) -> int:
    """How many events of the kind were about alerts of this sort; the room raises others of its own."""
    events = [one for one in heard if isinstance(one, kind)]
    return sum((one.alert.kind == alert.kind) if isinstance(one, AlertRaised) else (one.alert_id == alert.alert_id)
        for one in events)  # fmt: skip


def newest(backend: OpenBackend) -> str:
    return last_ended(backend.parts.indicators.day(backend.clock.now_ms()), "month")


async def test_late_figures_of_an_owner_are_one_alert_handed_to_it_at_once_and_over_when_they_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = {"due_after_days": 0}
    ones = [one.model_copy(update=day) for one in (BEDS, USED, OTHER)]
    async with watched(tmp_path, monkeypatch, *ones) as backend:
        token = await backend.parts.accounts.local_token("agency")
        period = newest(backend)
        before = after(period, -1)
        async with asking(backend, token) as agency:
            heard: list[Event] = []
            backend.parts.room.listen(lambda events: heard.extend(one.event for one in events))
            assert alerts(backend, "indicator.late") == []  # nothing was begun: nothing is waited for
            await entered(agency, figure("BEDS", 1, before), figure("USED", 1, before))
            late = await until(backend, "indicator.late", lambda one: one.indicator is not None)
            assert late.place_id == "pccc"
            assert late.dispatched_to == ("pccc",)
            assert late.indicator is not None
            assert [(one.code, one.period) for one in late.indicator.items] == [("BEDS", period), ("USED", period)]
            assert period in late.headline_vi
            assert late.headline_vi.endswith("và 1 chỉ tiêu khác")
            await entered(agency, figure("BEDS", 1, period))
            less = await until(backend, "indicator.late", lambda one: one.alert_id == late.alert_id and one.count == 1
                and one.indicator is not None and len(one.indicator.items) == 1)  # fmt: skip
            assert "khác" not in less.headline_vi
            assert less.active
            await entered(agency, figure("USED", 1, period))
            over = await until(backend, "indicator.late", lambda one: not one.active)
            assert over.phase is AlertPhase.RETURNED_UNACKNOWLEDGED
            assert over.history[-1].text == "đã có số liệu"
            # It is late again a month on, and the alert nobody has closed comes back rather than a second one.
            backend.clock.ahead_ms += 31 * DAY_MS
            again = await until(backend, "indicator.late", lambda one: one.active)
            assert again.alert_id == late.alert_id
            assert again.indicator is not None
            assert again.indicator.items[0].period == newest(backend)
            assert (told_of(late, heard, AlertRaised), told_of(late, heard, AlertReturned)) == (1, 1)


async def test_another_owner_s_late_figure_is_an_alert_of_its_own_that_only_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ones = [one.model_copy(update={"due_after_days": 0, "expected_from": "2026-01"}) for one in (BEDS, OTHER)]
    async with watched(tmp_path, monkeypatch, *ones) as backend:
        with anyio.fail_after(10):
            while len(alerts(backend, "indicator.late")) < 2:
                await anyio.sleep(0.01)
        found = {one.place_id: one for one in alerts(backend, "indicator.late")}
        assert found["pccc"].dispatched_to == ("pccc",)
        assert found["so-yt"].dispatched_to == ()  # the site has no seat for it: the room hands it on
        assert found["so-yt"].place_name == "Sở Y tế"


async def test_a_bad_figure_is_told_changed_and_ended_as_it_is_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch, LOST) as backend:
        token = await backend.parts.accounts.local_token("agency")
        period = newest(backend)
        async with asking(backend, token) as agency:
            heard: list[Event] = []
            backend.parts.room.listen(lambda events: heard.extend(one.event for one in events))
            await entered(agency, figure("LOST", 10, period))
            await entered(agency, figure("LOST", 12, period))
            bad = await until(backend, "indicator.off_target", lambda one: "12" in one.headline_vi)
            assert (bad.place_id, bad.dispatched_to) == ("LOST", ("pccc",))
            assert bad.headline_en.endswith("12 %, target 5")
            await entered(agency, figure("LOST", 55, period))
            worse = await until(backend, "indicator.off_target", lambda one: "55" in one.headline_vi)
            assert worse.alert_id == bad.alert_id
            assert worse.indicator is not None
            assert worse.indicator.items[0].value == 55.0
            await entered(agency, figure("LOST", 4, period))
            over = await until(backend, "indicator.off_target", lambda one: not one.active)
            assert over.history[-1].text == "đã đạt lại"
            await entered(agency, figure("LOST", 11, period))
            await until(backend, "indicator.off_target", lambda one: one.active and "11" in one.headline_vi)
            assert (told_of(bad, heard, AlertRaised), told_of(bad, heard, AlertUpdated)) == (1, 2)


async def test_a_restart_finds_the_alert_that_is_open_and_raises_no_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch, LOST) as backend:
        token = await backend.parts.accounts.local_token("agency")
        period = newest(backend)
        async with asking(backend, token) as agency:
            await entered(agency, figure("LOST", 50, period))
        first = await until(backend, "indicator.off_target", lambda one: one.active)
    async with watched(tmp_path, monkeypatch, LOST) as backend:
        token = await backend.parts.accounts.local_token("agency")
        async with asking(backend, token) as agency:
            await backend.parts.indicators.book.ready.wait()
            await entered(agency, figure("LOST", 60, period))
            same = await until(backend, "indicator.off_target", lambda one: "60" in one.headline_vi)
            assert same.alert_id == first.alert_id
