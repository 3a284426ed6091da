#!/usr/bin/python3
"""RTSP server of the demonstration city and of the tests: GStreamer's own server, a real peer, not our protocol code.

Runs under the system's Python (the one that has `gi`), so it imports nothing of ours:
    /usr/bin/python3 rtsp_server.py --port 8554 --mounts mounts.json
mounts.json: {"/cam/sub": {"clip": "road.sub.h264", "fps": 15, "phase_ms": 0}, ...}; with "width" and "height" of the
clip the camera turns (`Views`). Clips are H.264 byte streams
with access unit delimiters and a closed GOP of about a second. Nothing is encoded here: access units are read once and
pushed for ever, on RTP over TCP, with timestamps that run on past the end of the clip.

Frame `i` of a loop of `n` frames leaves when floor((t - phase_ms / 1000) * fps) % n == i, t = Unix time in seconds:
whoever can read the frame's number off the picture knows how old it is.

The first line on stdout is `listening on rtsp://HOST:PORT`; the server ends when stdin closes or on SIGTERM.
"""

import argparse
import json
import os
import pathlib
import signal
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

PIPELINE = (
    "( appsrc name=clip is-live=true format=time max-bytes=0 min-latency=0 "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate={fps}/1 "
    "! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 mtu=16000 aggregate-mode=none )"
)
TURNING = (
    "( appsrc name=clip is-live=true format=time max-bytes=0 min-latency=0 "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate={fps}/1 "
    "! h264parse ! avdec_h264 ! videocrop name=window ! videoscale "
    "! video/x-raw,width={width},height={height},pixel-aspect-ratio=1/1 "
    "! x264enc tune=zerolatency sliced-threads=false threads=1 speed-preset=ultrafast bitrate=1200 key-int-max={fps} "
    "! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 mtu=16000 aggregate-mode=none )"
)
"""Of a camera that turns: a window of its scene, encoded anew; a picture is one slice, as of the other cameras."""

WIDEST = 0.75
"""Share of the scene that such a camera shows at the least zoom."""

MAX_LATE_S = 0.5


class Clip:
    """The access units of one file; shared by every mount that plays it."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        starts = []
        at = data.find(b"\x00\x00\x00\x01\x09")
        while at >= 0:
            starts.append(at)
            at = data.find(b"\x00\x00\x00\x01\x09", at + 5)
        if not starts:
            raise ValueError(f"{path}: no access unit delimiters; encode with aud=1")
        units = [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]
        self.keys = [index for index, unit in enumerate(units) if is_key(unit)]
        if not self.keys or self.keys[0] != 0:
            raise ValueError(f"{path}: the first picture must be a key frame")
        self.units = [Gst.Buffer.new_wrapped(unit) for unit in units]

    def key_before(self, number):
        """The newest frame number <= `number` (counted since the epoch) that is a key frame."""
        index = number % len(self.units)
        return number - index + max(key for key in self.keys if key <= index)


def is_key(unit):
    at = unit.find(b"\x00\x00\x01")
    while 0 <= at < len(unit) - 3:
        if unit[at + 3] & 0x1F == 5:
            return True
        at = unit.find(b"\x00\x00\x01", at + 3)
    return False


class Feed:
    """One running media: pushes its clip's access units when they are due."""

    def __init__(self, media, source, mount):
        self.media, self.source, self.mount = media, source, mount
        self.period_ns = Gst.SECOND // mount["fps"]
        # The newest key frame first, then at once what followed it: a picture now, and in step with the clock.
        now = self.number_at(time.time())
        self.next = mount["clip"].key_before(now)
        self.pts = 0
        self.catching_up = now - self.next

    def number_at(self, instant):
        return int((instant - self.mount["phase_ms"] / 1000) * self.mount["fps"])

    def due_at(self):
        return self.next / self.mount["fps"] + self.mount["phase_ms"] / 1000

    def push_due(self, instant):
        """Pushes everything due; False when the media is gone."""
        newest = self.number_at(instant)
        if newest - self.next > MAX_LATE_S * self.mount["fps"] + self.catching_up:
            skipped = self.mount["clip"].key_before(newest) - self.next  # the process was stopped for a while
            if skipped > 0:
                self.next += skipped
                self.pts += skipped * self.period_ns
        while self.next <= newest:
            if not self.push():
                return False
        return True

    def push(self):
        units = self.mount["clip"].units
        buffer = units[self.next % len(units)].copy()
        buffer.pts = buffer.dts = self.pts
        buffer.duration = self.period_ns
        self.next += 1
        if self.catching_up > 0:
            self.catching_up -= 1
            self.pts += Gst.MSECOND
        else:
            self.pts += self.period_ns
        return self.source.emit("push-buffer", buffer) == Gst.FlowReturn.OK


class Pacer(threading.Thread):
    """One thread pushes for every running media."""

    def __init__(self):
        super().__init__(daemon=True)
        self.feeds = []
        self.lock = threading.Condition()

    def add(self, feed):
        with self.lock:
            self.feeds.append(feed)
            self.lock.notify()

    def remove(self, media):
        with self.lock:
            self.feeds = [feed for feed in self.feeds if feed.media is not media]

    def run(self):
        while True:
            with self.lock:
                while not self.feeds:
                    self.lock.wait()
                feeds = list(self.feeds)
            instant = time.time()
            for feed in feeds:
                if not feed.push_due(instant):
                    self.remove(feed.media)
            pause = min((feed.due_at() for feed in feeds), default=instant) - time.time()
            if pause > 0:
                with self.lock:
                    self.lock.wait(min(pause, 0.05))


class Views:
    """Where the cameras that turn look, as the parent tells: pan and tilt -1..1, zoom 0..1; their running windows."""

    def __init__(self):
        self.at = {}
        self.windows = {}
        self.rest = b""

    def told(self, line):
        """A line {"mount": "/cam/sub", "pan": 0.5, "tilt": 0, "zoom": 0.3}; others are passed over."""
        try:
            view = json.loads(line)
            self.at[view["mount"]] = (float(view["pan"]), float(view["tilt"]), float(view["zoom"]))
        except (ValueError, KeyError, TypeError):
            return
        self.show(view["mount"])

    def show(self, name):
        window, mount = self.windows.get(name, (None, None))
        if window is None:
            return
        pan, tilt, zoom = self.at.get(name, (0.0, 0.0, 0.0))
        share = WIDEST / (1 + max(0.0, min(1.0, zoom)))
        spare_x, spare_y = mount["width"] * (1 - share), mount["height"] * (1 - share)
        left = int(spare_x * (max(-1.0, min(1.0, pan)) + 1) / 2)
        top = int(spare_y * (1 - max(-1.0, min(1.0, tilt))) / 2)
        for side, pixels in (("left", left), ("right", spare_x - left), ("top", top), ("bottom", spare_y - top)):
            window.set_property(side, int(pixels) // 2 * 2)


def configure(factory, media, name, mount, pacer, views):
    window = media.get_element().get_by_name_recurse_up("window")
    if window is not None:
        views.windows[name] = (window, mount)
        views.show(name)
    source = media.get_element().get_by_name_recurse_up("clip")
    media.set_reusable(False)
    media.connect("unprepared", lambda gone: pacer.remove(gone))
    pacer.add(Feed(media, source, mount))


def load_mounts(path):
    wanted = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    clips = {}
    mounts = {}
    for name, mount in wanted.items():
        clip = mount["clip"]
        if clip not in clips:
            clips[clip] = Clip(clip)
        mounts[name] = {
            "clip": clips[clip],
            "fps": int(mount["fps"]),
            "phase_ms": float(mount.get("phase_ms", 0)),
            "width": int(mount.get("width", 0)),
            "height": int(mount.get("height", 0)),
        }
    return mounts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="8554", help="0 = a free one")
    parser.add_argument("--mounts", required=True)
    parser.add_argument("--user", default="", help="asks for this user and --password (basic)")
    parser.add_argument("--password", default="")
    arguments = parser.parse_args()
    Gst.init(None)
    try:
        mounts = load_mounts(arguments.mounts)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"rtsp_server: {error}")
    server = GstRtspServer.RTSPServer()
    server.set_address(arguments.host)
    server.set_service(arguments.port)
    server.set_backlog(256)
    if arguments.user:
        demand_password(server, arguments.user, arguments.password)
    pacer = Pacer()
    views = Views()
    points = server.get_mount_points()
    for name, mount in mounts.items():
        factory = GstRtspServer.RTSPMediaFactory()
        launch = TURNING if mount["width"] else PIPELINE
        factory.set_launch(launch.format(fps=mount["fps"], width=mount["width"], height=mount["height"]))
        factory.set_shared(True)
        factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
        factory.set_latency(0)
        if arguments.user:
            permissions = GstRtspServer.RTSPPermissions.new()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)
            factory.set_permissions(permissions)
        factory.connect("media-configure", configure, name, mount, pacer, views)
        points.add_factory(name, factory)
    loop = GLib.MainLoop()
    if not server.attach(None):
        sys.exit(f"rtsp_server: cannot listen on {arguments.host}:{arguments.port}; is it in use?")
    pacer.start()
    print(f"listening on rtsp://{arguments.host}:{server.get_bound_port()}", flush=True)
    for name in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, name, loop.quit)
    GLib.io_add_watch(0, GLib.PRIORITY_LOW, GLib.IO_HUP | GLib.IO_IN, lambda *_: ended(loop, views))
    GLib.timeout_add_seconds(10, lambda: server.get_session_pool().cleanup() >= 0)
    loop.run()


def ended(loop, views):
    """Stdin said something: where cameras look, a line each; at its end the parent is gone, and so are we."""
    # Not through a buffer: what it kept back would wait until something more is said.
    if said := os.read(0, 65536):
        *lines, views.rest = (views.rest + said).split(b"\n")
        for line in lines:
            views.told(line)
        return True
    loop.quit()
    return False


def demand_password(server, user, password):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)


if __name__ == "__main__":
    main()
