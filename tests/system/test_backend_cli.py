"""The command line of the backend: what it prints, refuses and returns."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.system.backend_process import LAOCAI, SMALL_SITE, BackendProcess, run_backend


def wrong_site(folder: Path) -> Path:
    """A site with three mistakes in three files."""
    shutil.copytree(SMALL_SITE, folder)
    for name, old, new in (
        ("cameras.csv", "rtsp://viewer:canary-7Hq2-main@127.0.0.1:9/one/main", "http://u:canary-7Hq2@host/x"),
        ("operators.toml", 'role = "leader"', 'role = "boss"'),
        ("stations.toml", 'producer_id = "logger"', 'producer_id = "loger"'),
    ):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_check_of_a_good_site_says_so_in_one_line() -> None:
    done = run_backend("check", "--site", LAOCAI)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"laocai: good; 28 cameras, \d+ of them recorded, .*99 communes\n", done.stdout)


def test_check_and_serve_tell_every_mistake_with_file_and_line(tmp_path: Path) -> None:
    site = wrong_site(tmp_path / "site")
    for command in (("check",), ("serve", "--data", str(tmp_path / "data"), "--port", "0")):
        done = run_backend(*command, "--site", site)
        assert done.returncode == 2
        for place in (r"cameras\.csv:2: ", r"operators\.toml:\d+: ", r"stations\.toml:\d+: "):
            assert re.search(place, done.stderr), done.stderr
        assert "loger" in done.stderr
        assert "canary-7Hq2" not in done.stderr
        assert done.stdout == ""


def test_an_address_others_can_reach_is_refused_without_tls(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        done = run_backend("serve", "--site", SMALL_SITE, "--data", tmp_path / "data", "--host", host, "--port", "0")
        assert done.returncode == 2
        assert "--certfile" in done.stderr
        assert "--insecure" in done.stderr
        assert done.stdout == ""


def test_insecure_lets_it_listen_everywhere(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", "--host", "0.0.0.0", "--insecure") as backend:
        assert backend.url.startswith("http://0.0.0.0:")


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "one") as backend:
        port = str(backend.port)
        done = run_backend("serve", "--site", SMALL_SITE, "--data", tmp_path / "two", "--port", port)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_accounts_are_made_listed_and_disabled_by_command(tmp_path: Path) -> None:
    data, secret = tmp_path / "data", tmp_path / "password"
    secret.write_text("mot-mat-khau-dai\n", encoding="utf-8")
    where = ("--data", data)
    made = run_backend("user", "add", "mai", "--role", "duty_officer", "--password-file", secret, *where)
    assert made.returncode == 0, made.stderr
    assert run_backend("user", "disable", "mai", *where).returncode == 0
    listed = run_backend("user", "list", *where)
    assert listed.stdout.splitlines() == ["mai\tduty_officer, disabled\t"]
    nobody = run_backend("user", "disable", "nobody", *where)
    assert (nobody.returncode, "'nobody'" in nobody.stderr) == (2, True)
    secret.write_text("short", encoding="utf-8")
    short = run_backend("user", "add", "an", "--role", "leader", "--password-file", secret, *where)
    assert (short.returncode, "characters" in short.stderr) == (2, True)
    missing = run_backend("user", "add", "an", "--role", "leader", "--password-file", tmp_path / "none", *where)
    assert (missing.returncode, "--password-file" in missing.stderr) == (2, True)


def test_tokens_are_printed_or_written_one_file_a_producer(tmp_path: Path) -> None:
    data = tmp_path / "data"
    one = run_backend("token", "logger", "--data", data)
    assert (one.returncode, len(one.stdout.strip()) > 30) == (0, True)
    folder = tmp_path / "tokens"
    many = run_backend("token", "--all", "--site", SMALL_SITE, "--data", data, "--token-dir", folder)
    assert many.returncode == 0, many.stderr
    names = ["bulletins", "camera-ai", "citizen-app", "logger", "zalo-oa"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert len({path.read_text(encoding="utf-8") for path in folder.iterdir()}) == len(names)
    typo = run_backend("token", "loger", "--site", SMALL_SITE, "--data", data)
    assert (typo.returncode, "logger" in typo.stderr) == (2, True)


def test_a_database_that_cannot_be_opened_is_said_without_its_address(tmp_path: Path) -> None:
    url = "postgresql+psycopg://trucban:canary-7Hq2@127.0.0.1:1/none"
    done = run_backend("user", "list", "--data", tmp_path, "--database", url)
    assert done.returncode == 1
    assert "the database cannot be used" in done.stderr
    assert "canary-7Hq2" not in done.stderr
    assert "Traceback" not in done.stderr
