"""Blocking work leaves the GUI thread and its outcome comes back to it."""

from __future__ import annotations

import threading
from functools import partial

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from console import jobs


def test_work_runs_elsewhere_and_its_result_arrives_here(qtbot: QtBot) -> None:
    owner, seen = QObject(), []
    here = threading.get_ident()
    jobs.start(owner, threading.get_ident, lambda there: seen.append((there, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen), timeout=5000)
    there, back = seen[0]
    assert there != here
    assert back == here


def test_what_the_system_refuses_arrives_as_a_sentence(qtbot: QtBot) -> None:
    owner: QObject = QObject()
    failures: list[str] = []

    def refused() -> None:
        raise OSError("disk is full")

    jobs.start(owner, refused, failed=failures.append)
    qtbot.waitUntil(lambda: failures == ["disk is full"], timeout=5000)


def test_nobody_is_told_after_the_owner_is_gone(qtbot: QtBot) -> None:
    owner, witness = QObject(), QObject()
    gate, told, finished = threading.Event(), list[bool](), list[bool]()
    jobs.start(owner, lambda: gate.wait(10), told.append)
    delete(owner)
    gate.set()
    assert jobs.wait_for_all(5000)
    # A later job's answer is queued behind the first one's: once it is here, the first was dropped.
    jobs.start(witness, lambda: True, finished.append)
    qtbot.waitUntil(lambda: bool(finished), timeout=5000)
    assert told == []


def test_hundreds_of_jobs_survive_owners_that_come_and_go(qtbot: QtBot) -> None:
    told: list[int] = []
    expected = set()
    owners = [QObject() for _ in range(300)]
    for number, owner in enumerate(owners):
        jobs.start(owner, partial(int, number), told.append)
        if number % 3:
            expected.add(number)
        else:
            delete(owner)
    qtbot.waitUntil(lambda: set(told) == expected, timeout=10_000)
