"""Jobs that end are started again, later each time, and it is said."""

from __future__ import annotations

import asyncio

import pytest

from backend.services.supervisor import LONGEST_RETRY_S, Fault, Supervisor


def test_job_that_fails_is_started_again_and_the_fault_is_told() -> None:
    async def scenario() -> None:
        faults: list[Fault] = []
        third = asyncio.Event()
        runs = 0

        async def job() -> None:
            nonlocal runs
            runs += 1
            if runs == 1:
                raise LookupError("no such file")
            if runs == 2:
                return
            third.set()
            await asyncio.Event().wait()

        supervisor = Supervisor(faults.append, first_retry_s=0.001)
        supervisor.start("drop", job)
        await asyncio.wait_for(third.wait(), 5)
        assert [(fault.name, fault.error, fault.count) for fault in faults] == [
            ("drop", "LookupError: no such file", 1),
            ("drop", "it ended by itself", 2),
        ]
        assert supervisor.faults() == {}
        await supervisor.stop()

    asyncio.run(scenario())


def test_waits_double_with_jitter_up_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> list[float]:
        waits: list[float] = []
        enough = asyncio.Event()

        def told(fault: Fault) -> None:
            waits.append(fault.retry_s)
            if len(waits) == 12:
                enough.set()

        async def no_wait(delay_s: float) -> None:
            await asyncio.tasks.__dict__["__sleep0"]()

        async def job() -> None:
            raise OSError("down")

        monkeypatch.setattr("backend.services.supervisor.asyncio.sleep", no_wait)
        supervisor = Supervisor(told)
        supervisor.start("feed", job)
        await asyncio.wait_for(enough.wait(), 5)
        await supervisor.stop()
        return waits[:12]

    waits = asyncio.run(scenario())
    ceilings = [min(LONGEST_RETRY_S, 0.5 * 2**n) for n in range(12)]
    assert all(ceiling / 2 <= wait <= ceiling for wait, ceiling in zip(waits, ceilings, strict=True))
    assert len(set(waits)) == len(waits)


def test_one_failing_job_leaves_the_others_alone_and_is_named_while_down() -> None:
    async def scenario() -> None:
        told = asyncio.Event()
        steady_runs = 0

        async def failing() -> None:
            raise ValueError("bad")

        async def steady() -> None:
            nonlocal steady_runs
            steady_runs += 1
            await asyncio.Event().wait()

        supervisor = Supervisor(lambda fault: told.set(), first_retry_s=30.0)
        supervisor.start("steady", steady)
        supervisor.start("failing", failing)
        await asyncio.wait_for(told.wait(), 5)
        assert list(supervisor.faults()) == ["failing"]
        assert steady_runs == 1
        await supervisor.stop()

    asyncio.run(scenario())


def test_listener_that_fails_does_not_end_the_job() -> None:
    async def scenario() -> None:
        again = asyncio.Event()
        runs = 0

        async def job() -> None:
            nonlocal runs
            runs += 1
            if runs == 3:
                again.set()
            raise ValueError("bad")

        def told(fault: Fault) -> None:
            raise RuntimeError("the listener's own bug")

        supervisor = Supervisor(told, first_retry_s=0.001)
        supervisor.start("job", job)
        await asyncio.wait_for(again.wait(), 5)
        await supervisor.stop()

    asyncio.run(scenario())


def test_stop_cancels_every_job_and_waits_for_its_clean_up() -> None:
    async def scenario() -> list[str]:
        ended: list[str] = []
        running = asyncio.Event()

        async def job() -> None:
            running.set()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                ended.append("cleaned up")

        supervisor = Supervisor(lambda fault: None)
        supervisor.start("job", job)
        await running.wait()
        await supervisor.stop()
        return ended

    assert asyncio.run(scenario()) == ["cleaned up"]


def test_two_jobs_of_one_name_are_refused() -> None:
    async def scenario() -> None:
        async def job() -> None:
            await asyncio.Event().wait()

        supervisor = Supervisor(lambda fault: None)
        supervisor.start("job", job)
        with pytest.raises(ValueError, match="'job' runs already"):
            supervisor.start("job", job)
        await supervisor.stop()

    asyncio.run(scenario())
