"""The analytics' own process: started with `spawn`, told by `Order`s, tells by `Report`s; ends with its parent."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Final

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter

from backend.services.analytics.detector import Detector, DetectorError, count_inside
from backend.services.analytics.measures import Measurer
from backend.services.analytics.messages import Detecting, Found, Looked, Means, Order, Report, Stop, Turned, Watch
from backend.services.analytics.rules import CameraRules, Change, Measure
from backend.services.analytics.series import ZoneSeries
from backend.services.recorder.capture import (
    OPEN_TIMEOUT_S,
    OPTIONS,
    READ_TIMEOUT_S,
    RETRY_FIRST_S,
    RETRY_MOST_S,
    STEADY_S,
    code_of,
)

NICER_BY: Final = 5
TELL_EVERY_S: Final = 10.0


def main(pipe: Connection) -> None:
    """The process's entry. Ends on `Stop` and when the backend is gone (its end of the pipe closes)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICER_BY)
    # FFmpeg writes addresses with their passwords into its messages: none of them goes anywhere.
    av.logging.set_level(None)
    cv2.setNumThreads(1)
    sending = threading.Lock()

    def report(one: Report) -> None:
        with sending, contextlib.suppress(OSError, ValueError):  # the backend is gone: so are we, soon
            pipe.send(one)

    looking: dict[str, Looking] = {}
    with contextlib.suppress(EOFError, OSError):
        while True:
            order: Order = pipe.recv()
            if isinstance(order, Stop):
                break
            if isinstance(order, Turned):
                looking[order.camera_id].away = order.away
            else:
                looking[order.camera.camera_id] = Looking(order, report)
    # Threads may still hang in the network; what they hold ends with the process.
    os._exit(0)


class Looking:
    """One camera, on a thread of its own until the process ends.

    Attributes:
        away: it was turned by order; nothing of its pictures is judged or learnt meanwhile.
    """

    def __init__(self, order: Watch, report: Callable[[Report], None]) -> None:
        self._order = order
        self._report = report
        self._camera_id = order.camera.camera_id
        self.away = False
        self._rules = CameraRules(order.camera, order.rules, order.utc_offset_min)
        self._series = ZoneSeries(order.camera, order.rules.series_every_s)
        self._measurer = Measurer(order.camera)
        self._reformatter = VideoReformatter()
        self._counting = Counting(order, report) if order.detector is not None else None
        threading.Thread(target=self._run, name=f"analytics-{self._camera_id}", daemon=True).start()

    def _run(self) -> None:
        pause_s = RETRY_FIRST_S
        while True:
            began_s = time.monotonic()
            code = self._play()
            self._report(Looked(self._camera_id, code, 0.0))
            pause_s = RETRY_FIRST_S if time.monotonic() - began_s > STEADY_S else min(pause_s * 2, RETRY_MOST_S)
            time.sleep(pause_s * random.uniform(0.5, 1.0))

    def _play(self) -> str:
        """Look until it ends; why it ended."""
        timeouts = (OPEN_TIMEOUT_S, READ_TIMEOUT_S)
        try:
            container = av.open(self._order.address, "r", options=dict(OPTIONS), timeout=timeouts)
        except (av.FFmpegError, OSError, ValueError) as error:
            return code_of(error)
        try:
            return self._look(container)
        except (av.FFmpegError, OSError, ValueError) as error:
            return code_of(error)
        finally:
            container.close()

    def _look(self, container: InputContainer) -> str:
        if not container.streams.video:
            return "no_video"
        video = container.streams.video[0]
        video.codec_context.thread_count = 1
        every_s = 1.0 / self._order.rules.pictures_per_s
        due_s = time.monotonic()
        told_s, measured = due_s - TELL_EVERY_S, 0
        for packet in container.demux(video):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                continue  # a damaged packet; the next key frame mends it
            now_s = time.monotonic()
            if frames and now_s >= due_s:
                due_s = max(due_s + every_s, now_s - every_s)
                self._measure(frames[-1])
                measured += 1
            if measured and now_s - told_s >= TELL_EVERY_S:
                self._report(Looked(self._camera_id, "", measured / (now_s - told_s)))
                told_s, measured = now_s, 0
        return "ended"

    def _measure(self, frame: av.VideoFrame) -> None:
        if self.away:
            self._measurer.look_away()
            self._tell(self._rules.end(), time.time())
            self._tell_means(None, time.time())
            return
        width = self._order.rules.width_px
        height = max(2, round(width * frame.height / frame.width))
        grey = self._reformatter.reformat(frame, width, height, "gray", threads=1)
        at_s = time.time()
        measure = self._measurer.measure(np.asarray(grey.to_ndarray(), np.uint8), at_s)
        if self._counting is not None:
            measure = self._counting.counted(frame, measure)
        self._tell(self._rules.update(measure, at_s), at_s)
        self._tell_means(measure if self._rules.zones_seen else None, at_s)
        self._measurer.learn(self._rules.sees)

    def _tell(self, changes: Iterable[Change], at_s: float) -> None:
        for change in changes:
            self._report(
                Found(self._camera_id, change.label, change.zone, change.began, round(at_s * 1000), change.share)
            )

    def _tell_means(self, measure: Measure | None, at_s: float) -> None:
        if means := self._series.add(measure, at_s):
            self._report(Means(self._camera_id, tuple(means)))


class Counting:
    """What the site's detector counts in the zones of one camera; one that fails is told of and not asked again."""

    def __init__(self, order: Watch, report: Callable[[Report], None]) -> None:
        assert order.detector is not None
        self._config = order.detector
        self._camera = order.camera
        self._model = order.model
        self._report = report
        self._detector: Detector | None = None
        self._failed = False
        self._due_s = 0.0
        self._counts: dict[str, int] = {}

    def counted(self, frame: av.VideoFrame, measure: Measure) -> Measure:
        """The measure with what was counted last."""
        now_s = time.monotonic()
        if not self._failed and now_s >= self._due_s:
            try:
                self._count(frame)
            except DetectorError as error:
                self._failed, self._counts = True, {}
                self._report(Detecting(self._camera.camera_id, str(error)))
            took_s = time.monotonic() - now_s
            self._due_s = now_s + max(self._config.every_s, took_s / self._config.busy_most)
        zones = {
            name: replace(zone, counted=self._counts[name]) if name in self._counts else zone
            for name, zone in measure.zones.items()
        }
        return replace(measure, zones=zones)

    def _count(self, frame: av.VideoFrame) -> None:
        if self._detector is None:
            self._detector = Detector(self._config, self._model)
            self._report(Detecting(self._camera.camera_id, ""))
        boxes = self._detector.look(frame)
        self._counts = {
            zone.name: count_inside(boxes, zone.polygon, zone.classes) for zone in self._camera.zones if zone.classes
        }
