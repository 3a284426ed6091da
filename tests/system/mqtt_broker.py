"""Real MQTT brokers for the tests: Debian's Mosquitto and the NATS server's MQTT door; and who publishes to them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.system.backend_process import wait_until

TLS = Path(__file__).resolve().parents[1] / "fixtures" / "tls"
START_S = 15.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Broker:
    """A broker that can be stopped and started again on its port, with what it keeps. Loopback only."""

    kind: str
    folder: Path
    port: int = field(default_factory=free_port)
    user: str = ""
    password: str = ""
    tls: bool = False
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = self._mosquitto() if self.kind == "mosquitto" else self._nats()
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._listens, START_S, f"{self.kind} listens")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log.txt").read_text(errors="replace")
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.2).close()
        except OSError:
            return False
        return True

    def _mosquitto(self) -> list[str]:
        lines = [
            f"listener {self.port} 127.0.0.1",
            "persistence true",
            f"persistence_location {self.folder}/",
            "max_queued_messages 100000",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            lines.append("user root")
        if self.user:
            passwords = self.folder / "passwords"
            made = ["mosquitto_passwd", "-b", "-c", str(passwords), self.user, self.password]
            subprocess.run(made, check=True, capture_output=True)
            lines.append(f"password_file {passwords}")
        lines.append(f"allow_anonymous {'false' if self.user else 'true'}")
        if self.tls:
            lines += [f"certfile {TLS / 'loopback.pem'}", f"keyfile {TLS / 'loopback-key.pem'}"]
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", str(config)]

    def _nats(self) -> list[str]:
        login = f'authorization {{ user: "{self.user}", password: "{self.password}" }}' if self.user else ""
        config = self.folder / "nats.conf"
        config.write_text(
            f'server_name: thu\nlisten: "127.0.0.1:-1"\njetstream {{ store_dir: "{self.folder.as_posix()}/js" }}\n'
            f'mqtt {{ host: "127.0.0.1", port: {self.port}, ack_wait: "1s" }}\n{login}\n',
            encoding="utf-8",
        )
        return [str(Path(sys.executable).parent / "nats-server"), "-c", str(config)]


@contextmanager
def running(kind: str, folder: Path, user: str = "", password: str = "", tls: bool = False) -> Iterator[Broker]:
    broker = Broker(kind, folder, user=user, password=password, tls=tls)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def publisher(broker: Broker) -> Iterator[Publisher]:
    client = paho.Client(callback_api_version=CallbackAPIVersion.VERSION2, client_id=f"thu-{free_port()}")
    if broker.user:
        client.username_pw_set(broker.user, broker.password)
    if broker.tls:
        client.tls_set(ca_certs=str(TLS / "loopback.pem"))
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    try:
        yield Publisher(client)
    finally:
        client.disconnect()
        client.loop_stop()


@dataclass
class Publisher:
    client: paho.Client

    def send(self, topic: str, payload: bytes | str, *, retain: bool = False, qos: int = 1) -> None:
        """With QoS 1 the broker has it when this returns."""
        sent = self.client.publish(topic, payload, qos=qos, retain=retain)
        if qos:
            sent.wait_for_publish(10)
            assert sent.is_published()
