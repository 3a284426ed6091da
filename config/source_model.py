"""The feeds of a site as its files name them: one class a kind of source."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from backend.contracts.events import FireNature
from config.base import Config


class StationFileRules(Config):
    """How one producer writes its station TXT files (TT 10/2021).

    Attributes:
        file_name_pattern: regular expression with the named group `station`, and optionally `at`.
        aliases: this producer's own spellings of symbols, e.g. {"N0x" = "NOx"}.
        station_names: the producer's station names -> station_id, where they differ.
    """

    producer_id: str
    file_name_pattern: str = r"^(?P<station>.+)_(?P<at>\d{14})\.txt$"
    aliases: dict[str, str] = {}
    station_names: dict[str, str] = {}


class DropFolderSource(StationFileRules):
    """Station TXT files dropped into a folder, one producer per source."""

    kind: Literal["station_drop"] = "station_drop"
    folder: Path
    stable_after_s: float = 1.0


class ForecastDropSource(Config):
    """Forecasts of gauges as JSON or CSV files dropped into a folder."""

    kind: Literal["forecast_drop"] = "forecast_drop"
    producer_id: str
    folder: Path
    file_name_pattern: str = r".+\.(?:csv|json)"
    stable_after_s: float = 1.0


class FtpLogin(StationFileRules):
    """[[source.login]] of a `station_ftp`: who may log in, and how its files are read. `ftp-user` sets the password."""

    user: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class FtpDoorSource(Config):
    """An FTP(S) server of our own where data loggers upload station files.

    Attributes:
        folder: inside the data folder; each user has its own below it.
        passive_ports: first and last port of data connections, for the firewall.
        masquerade_address: the address loggers see when it is not ours (NAT); "" = ours.
        certfile, keyfile: PEM, relative to the data folder; explicit TLS (AUTH TLS) is offered when they are given.
        tls_required: nobody logs in or transfers without TLS.
        rate_kb_s: of one data connection; 0 = as fast as it goes.
        abandoned_after_h: an upload that nobody finished for so long goes to the quarantine.
    """

    kind: Literal["station_ftp"] = "station_ftp"
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 2121
    folder: Path = Path("ftp")
    passive_ports: tuple[Annotated[int, Field(ge=1024, le=65_535)], Annotated[int, Field(ge=1024, le=65_535)]] = (
        60_000,
        60_199,
    )
    masquerade_address: str = ""
    certfile: str = ""
    keyfile: str = ""
    tls_required: bool = False
    max_connections: Annotated[int, Field(ge=1, le=500)] = 200
    max_connections_of_address: Annotated[int, Field(ge=1, le=500)] = 50
    rate_kb_s: Annotated[int, Field(ge=0, le=1_000_000)] = 512
    idle_timeout_s: Annotated[int, Field(ge=1, le=3600)] = 300
    abandoned_after_h: Annotated[float, Field(gt=0, le=720)] = 24.0
    login: Annotated[tuple[FtpLogin, ...], Field(min_length=1)]

    @property
    def producer_id(self) -> str:
        """The producer that is told of when the door as a whole is in trouble."""
        return self.login[0].producer_id


class CapFeedSource(Config):
    """A CAP message, or an Atom or RSS feed of them, polled over HTTP with ETag."""

    kind: Literal["cap_feed"] = "cap_feed"
    producer_id: str
    url: str
    poll_every_s: float = 60.0


class NewsFeedSource(Config):
    """An RSS or Atom feed of news, polled over HTTP with ETag."""

    kind: Literal["news_feed"] = "news_feed"
    producer_id: str
    url: str
    poll_every_s: Annotated[float, Field(ge=1, le=86_400)] = 300.0


class CameraProbeSource(Config):
    """The backend's own look at each camera's RTSP door (OPTIONS), a few at a time."""

    kind: Literal["camera_probe"] = "camera_probe"
    producer_id: str
    every_s: float = 10.0
    lost_after: int = 3
    timeout_s: float = 5.0


class FirePanelSource(Config):
    """A receiver for fire panels: ANSI/SIA DC-09 over TCP and UDP. The panels themselves stand in fire_sites.toml.

    Attributes:
        host: address to listen on; 127.0.0.1 = only this machine, 0.0.0.0 = every network it is in.
        tcp_port, udp_port, tls_port: 0 = not opened.
        cert_file, key_file: PEM, in the site folder or absolute; `ca_file`: panels must have a certificate of it.
        late_s, early_s: how far a panel's timestamp may lie behind and ahead of our clock (DC-09 5.5.1.9: 40 and 20).
        check_time: "encrypted" as the standard says, "always", or "never".
        codes: the site's own word for some SIA codes, e.g. { PA = "alarm" }.
    """

    kind: Literal["fire_panel"] = "fire_panel"
    producer_id: str
    host: str = "127.0.0.1"
    tcp_port: Annotated[int, Field(ge=0, le=65_535)] = 7700
    udp_port: Annotated[int, Field(ge=0, le=65_535)] = 7700
    tls_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    cert_file: str = ""
    key_file: str = ""
    ca_file: str = ""
    late_s: Annotated[float, Field(gt=0, le=86_400)] = 40.0
    early_s: Annotated[float, Field(gt=0, le=86_400)] = 20.0
    check_time: Literal["encrypted", "always", "never"] = "encrypted"
    codes: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], FireNature] = {}
    max_connections: Annotated[int, Field(ge=1, le=10_000)] = 256
    max_per_sender: Annotated[int, Field(ge=1, le=10_000)] = 32


class ServerLogin(Config):
    """How a source logs in at somebody's server.

    Attributes:
        ca_file: "" = the system's authorities; relative ones lie in the site folder.
        password: read from the one line of `password_file`, which lies in the site folder beside the cameras' own.
    """

    tls: bool = False
    ca_file: str = ""
    user: str = ""
    password_file: str = ""
    password: SecretStr = SecretStr("")


class MqttSource(ServerLogin):
    """Camera detections from an MQTT 3.1.1 broker: Frigate's topics, and ONVIF's events (Profile M).

    Attributes:
        client_id: the broker keeps what came while we were away under this name; no two backends share one.
        topics: what is subscribed to, with QoS 1.
        cameras: name on the broker -> camera_id. Frigate: its camera's name; ONVIF: "DEVICE/VIDEO_SOURCE" or "DEVICE".
        counters: what is counted -> "STATION/SYMBOL". Frigate: "CAMERA/LABEL"; ONVIF: "DEVICE/RULE" or "DEVICE";
            of scene descriptions "DEVICE/onvif-mj/CLASS" or "DEVICE/onvif-mj/PROFILE/CLASS".
        gone_after_s: a broker that is away for so long makes the producer silent.
        fire_prefix: fire panels of this producer report on "PREFIX/ACCOUNT" (docs/operating.md); "" = none do. Their
            topics must be among `topics`.
    """

    kind: Literal["mqtt"] = "mqtt"
    producer_id: str
    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 1883
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    topics: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...], Field(min_length=1)] = (
        "frigate/available",
        "frigate/events",
        "+/onvif-ej/#",
    )
    frigate_prefix: Annotated[str, Field(min_length=1, max_length=200)] = "frigate"
    cameras: dict[str, str] = {}
    counters: dict[str, str] = {}
    keep_alive_s: Annotated[int, Field(ge=5, le=600)] = 30
    gone_after_s: Annotated[float, Field(ge=0, le=3600)] = 10.0
    fire_prefix: Annotated[str, Field(max_length=200, pattern=r"^[^#+]*$")] = ""


class SyslogSource(Config):
    """A syslog receiver (RFC 5424 and 3164) for one producer's devices; CEF and Suricata's EVE inside are read.

    Attributes:
        host: address to listen on; 127.0.0.1 = only this machine, 0.0.0.0 = every network it is in.
        tcp_port, udp_port, tls_port: 0 = not opened. The registered ones, 514 and 6514, need special rights.
        cert_file, key_file: PEM, in the site folder or absolute; `ca_file`: senders must have a certificate of it.
        lines_per_s: what is read of one sender; the rest is counted and told, not read.
    """

    kind: Literal["syslog"] = "syslog"
    producer_id: str
    host: str = "127.0.0.1"
    tcp_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    udp_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    tls_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    cert_file: str = ""
    key_file: str = ""
    ca_file: str = ""
    lines_per_s: Annotated[float, Field(ge=1, le=10_000)] = 500.0
    max_line_bytes: Annotated[int, Field(ge=480, le=1_048_576)] = 65_536
    max_connections: Annotated[int, Field(ge=1, le=10_000)] = 256
    max_per_sender: Annotated[int, Field(ge=1, le=10_000)] = 32


class EveSource(Config):
    """Suricata's EVE files (eve.json and its rotated ones), followed as they grow.

    Attributes:
        folder: relative ones lie in the backend's data folder.
        pattern: which files of the folder.
    """

    kind: Literal["eve"] = "eve"
    producer_id: str
    folder: Path
    pattern: Annotated[str, Field(min_length=1, pattern=r"^[^/\\]+$")] = "eve*"
    look_every_s: Annotated[float, Field(ge=0.05, le=60)] = 1.0


class ZaloSource(Config):
    """What citizens write to a Zalo Official Account, as Zalo's webhook tells it.

    Attributes:
        app_id: of the application whose webhook it is.
        secret: the account's own key (OA secret key), read from the one line of `secret_file` in the site folder.
        category_id: of their reports, until the room says what they are about.
        join_s: messages of one sender that come so soon after the first are one report.
        media_hosts: only there pictures are fetched: hosts with those below them, by https.
    """

    kind: Literal["zalo"] = "zalo"
    producer_id: str
    app_id: Annotated[str, Field(pattern=r"^[0-9]{1,30}$")]
    secret_file: Annotated[str, Field(min_length=1)]
    secret: SecretStr = SecretStr("")
    category_id: str
    join_s: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    media_hosts: tuple[Annotated[str, Field(min_length=1, max_length=253)], ...] = ("zdn.vn", "zadn.vn")


class ImapSource(Config):
    """A mailbox to which citizens write, read by IMAP.

    Attributes:
        security: "tls" from the first byte, "starttls", or "none" on this machine alone.
        ca_file: "" = the system's authorities; relative ones lie in the site folder.
        password: read from the one line of `password_file` in the site folder.
        folder: whose unseen mails are read; `done_folder`: where they are moved afterwards, "" = they stay, seen.
        category_id: of their reports, until the room says what they are about.
        max_mail_bytes: a larger mail is refused by its size.
        of_sender_per_h: more from one address are not taken: two machines may be writing to each other.
        gone_after_s: a mailbox that cannot be read for so long makes the producer silent.
    """

    kind: Literal["imap"] = "imap"
    producer_id: str
    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: str = ""
    user: Annotated[str, Field(min_length=1)]
    password_file: Annotated[str, Field(min_length=1)]
    password: SecretStr = SecretStr("")
    folder: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")] = "INBOX"
    done_folder: Annotated[str, Field(max_length=200, pattern=r"^[\x20-\x7e]*$")] = ""
    category_id: str
    poll_every_s: Annotated[float, Field(ge=0.1, le=3600)] = 60.0
    max_mail_bytes: Annotated[int, Field(ge=10_000, le=100_000_000)] = 26_214_400
    of_sender_per_h: Annotated[int, Field(ge=1, le=10_000)] = 20
    gone_after_s: Annotated[float, Field(ge=0, le=86_400)] = 300.0


class AmiSource(ServerLogin):
    """The hotline's switchboard: Asterisk's manager interface.

    Its user in manager.conf needs `read = call,agent` for the events and `write = reporting` to list the calls.

    Attributes:
        queues: Asterisk's queues that are the hotline's -> what people call them; none named = all are.
        contexts: of the dial plan; a channel that appears in one of them is a caller, before he joins a queue.
        ping_every_s: one that says nothing twice as long is away.
        gone_after_s: a switchboard that is away for so long makes the producer silent.
    """

    kind: Literal["ami"] = "ami"
    producer_id: str
    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 5038
    user: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\r\n]+$")]
    queues: dict[str, Annotated[str, Field(min_length=1, max_length=80)]] = {}
    contexts: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = ()
    ping_every_s: Annotated[float, Field(ge=0.2, le=300)] = 10.0
    gone_after_s: Annotated[float, Field(ge=0, le=3600)] = 10.0


SourceConfig = Annotated[
    DropFolderSource
    | FtpDoorSource
    | ForecastDropSource
    | CapFeedSource
    | NewsFeedSource
    | CameraProbeSource
    | FirePanelSource
    | MqttSource
    | SyslogSource
    | EveSource
    | ZaloSource
    | ImapSource
    | AmiSource,
    Field(discriminator="kind"),
]


def station_file_rules(sources: Iterable[SourceConfig]) -> tuple[StationFileRules, ...]:
    """Of every producer that drops or uploads station files."""
    found: list[StationFileRules] = []
    for source in sources:
        if isinstance(source, DropFolderSource):
            found.append(source)
        elif isinstance(source, FtpDoorSource):
            found.extend(source.login)
    return tuple(found)
