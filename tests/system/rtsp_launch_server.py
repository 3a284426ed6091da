"""An RTSP server that plays GStreamer pipelines: codecs and sound that the demonstration city does not have.

Runs under the system's own Python: `/usr/bin/python3 rtsp_launch_server.py mounts.json`, mounts.json being
{"/cam": "( videotestsrc ... ! rtph265pay name=pay0 )"}. Prints "listening on rtsp://..."; ends when stdin closes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    import gi  # type: ignore[import-not-found, import-untyped, unused-ignore]

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found, import-untyped, unused-ignore]

    Gst.init(None)
    server: Any = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    for path, launch in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")).items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch)
        factory.set_shared(True)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print(f"listening on rtsp://127.0.0.1:{server.get_bound_port()}", flush=True)
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
