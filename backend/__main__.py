"""`python -m backend`: serve, check, user, ftp-user, token, simulate, and what backend/cli offers."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from backend import cli
from backend.contracts.commands import Role
from backend.contracts.redact import redacted
from backend.gateway import logs
from backend.gateway.compose import RoomKindError, database_url, wall_clock_ms
from backend.gateway.server import BindError, ServeOptions, is_loopback, serve
from backend.gateway.settings import GatewaySettings
from backend.services.accounts import AccountError, Accounts
from backend.services.audit import Audit
from backend.services.audit_heads import HeadPlan
from backend.services.keys import KeyFileError
from backend.storage.audit import AuditStore
from backend.storage.database import open_database
from backend.storage.errors import InUseError, StorageError
from config.model import SiteConfig
from config.site import SiteErrors, load_site
from config.source_model import FtpDoorSource

T = TypeVar("T")

EXIT_WRONG = 2
EXIT_FAILED = 1


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["simulate"]:
        # The demonstration city knows its own arguments; nothing but this line knows of it.
        return int(importlib.import_module("backend.simulate").main(arguments[1:]) or 0)
    options = _parser().parse_args(arguments)
    logs.configure(getattr(options, "log_json", False), logging.DEBUG if options.verbose else logging.INFO)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except SiteErrors as errors:
        return _told(EXIT_WRONG, *errors.messages)
    except (BindError, AccountError, UsageError, InUseError, RoomKindError, KeyFileError) as error:
        return _told(EXIT_WRONG, str(error))
    except StorageError as error:
        return _told(EXIT_FAILED, f"the database cannot be used: {error}")
    except KeyboardInterrupt:
        return 130


class UsageError(ValueError):
    """An argument that says something impossible."""


def _told(code: int, *lines: str) -> int:
    for line in lines:
        print(redacted(line), file=sys.stderr)
    return code


def _serve(options: argparse.Namespace) -> int:
    settings = GatewaySettings(allowed_origins=frozenset(options.allow_origin), heads=_head_plan(options))
    _check_limits(options)
    given = {
        "body_limit_bytes": options.body_limit_bytes,
        "media_body_limit_bytes": options.media_limit_bytes,
        "session_s": None if options.token_life_h is None else options.token_life_h * 3600,
        "login_free_tries": options.login_free_tries,
    }
    settings = replace(settings, **{name: value for name, value in given.items() if value is not None})
    serve_options = ServeOptions(
        site=load_site(options.site),
        data_dir=options.data,
        database=options.database,
        host=options.host,
        port=options.port,
        insecure=options.insecure,
        certfile=options.certfile,
        keyfile=options.keyfile,
        local_seat=options.local_seat,
        settings=settings,
    )
    with asyncio.Runner(loop_factory=_event_loop) as runner:
        runner.run(serve(serve_options))
    return 0


def _check_limits(options: argparse.Namespace) -> None:
    for option, value in (
        ("--body-limit-bytes", options.body_limit_bytes),
        ("--media-limit-bytes", options.media_limit_bytes),
        ("--token-life-h", options.token_life_h),
        ("--login-free-tries", options.login_free_tries),
    ):
        if value is not None and value <= 0:
            raise UsageError(f"{option} {value:g}: right is more than 0")


def _head_plan(options: argparse.Namespace) -> HeadPlan:
    url = urlsplit(options.head_url)
    if options.head_url and (url.scheme not in ("http", "https") or not url.hostname):
        raise UsageError(f"--head-url {redacted(options.head_url)}: right is https://HOST:PORT/api/v1/audit/heads")
    if url.scheme == "http" and not options.insecure and not is_loopback(url.hostname or ""):
        raise UsageError(
            "--head-url goes to another machine, and without TLS its token would cross the network in "
            "clear: give https://, or --insecure to accept it"
        )
    if not 1 <= options.head_every_s <= 3600:
        raise UsageError(f"--head-every-s {options.head_every_s:g}: right is 1 to 3600")
    token = ""
    if options.head_token_file is not None:
        try:
            token = options.head_token_file.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--head-token-file {options.head_token_file}: {error}") from error
    return HeadPlan(tuple(options.head_folder), options.head_url, token, options.head_every_s)


def _event_loop() -> asyncio.AbstractEventLoop:
    """uvloop where there is one (not on Windows), asyncio's own elsewhere."""
    try:
        uvloop = importlib.import_module("uvloop")
    except ModuleNotFoundError:
        return asyncio.new_event_loop()
    loop = uvloop.new_event_loop()
    assert isinstance(loop, asyncio.AbstractEventLoop)
    return loop


def _check(options: argparse.Namespace) -> int:
    site = load_site(options.site)
    print(_summary(site))
    return 0


def _summary(site: SiteConfig) -> str:
    rules = [site.recording.of(camera.camera_id) for camera in site.cameras]
    counts = (
        (len(site.cameras), "cameras"),
        (sum(rule is not None and rule.mode != "off" for rule in rules), "of them recorded"),
        (len(site.stations), "stations"),
        (len(site.producers), "producers"),
        (len(site.sources), "sources"),
        (len(site.operators), "operators"),
        (len(site.communes), "communes"),
    )
    return f"{site.site_id}: good; " + ", ".join(f"{count} {what}" for count, what in counts)


def _with_accounts(
    options: argparse.Namespace, work: Callable[[Accounts], Awaitable[T]], deed: str = "", about: Sequence[str] = ()
) -> T:
    """Do `work`, and record it in the audit log as `deed`, once for each of `about`.

    Raises:
        StorageError: it could not be done, or not be recorded.
        AccountError: it could not be done.
    """

    async def run() -> T:
        database = open_database(database_url(options.data, options.database))
        audit = Audit(AuditStore(database), wall_clock_ms)

        async def record(outcome: str) -> None:
            for one in about:
                await audit.record(deed, one, actor=cli.os_user(), origin="command line", outcome=outcome)

        try:
            # Asked first: a change that could not be recorded afterwards is not made.
            await record("asked")
            try:
                done = await work(Accounts(database, wall_clock_ms))
            except AccountError:
                await record("refused")
                raise
            await record("done")
            return done
        finally:
            await database.close()

    return asyncio.run(run())


def _password_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--password-file {path}: {error}") from error


def _user_add(options: argparse.Namespace) -> int:
    password = _password_of(options.password_file)
    _with_accounts(
        options,
        lambda accounts: accounts.add_user(
            options.name, password, Role(options.role), options.display_name, options.agency
        ),
        "account.put",
        [options.name],
    )
    print(f"user {options.name}: {options.role}")
    return 0


def _user_list(options: argparse.Namespace) -> int:
    for account in _with_accounts(options, lambda accounts: accounts.list_users()):
        notes = [account.role.value]
        notes += [] if account.has_password else ["no password"]
        notes += ["disabled"] if account.disabled else []
        print(f"{account.user}\t{', '.join(notes)}\t{account.display_name}")
    return 0


def _user_disable(options: argparse.Namespace) -> int:
    _with_accounts(options, lambda accounts: accounts.disable_user(options.name), "account.disable", [options.name])
    print(f"user {options.name}: disabled")
    return 0


def _ftp_user_add(options: argparse.Namespace) -> int:
    sources = load_site(options.site).sources
    known = [login.user for source in sources if isinstance(source, FtpDoorSource) for login in source.login]
    if options.name not in known:
        raise UsageError(f"the site has no FTP user {options.name!r}; it has {', '.join(known) or 'none'}")
    password = _password_of(options.password_file)
    _with_accounts(
        options, lambda accounts: accounts.set_feed_password(options.name, password), "feed_login.put", [options.name]
    )
    print(f"ftp user {options.name}: password set")
    return 0


def _ftp_user_remove(options: argparse.Namespace) -> int:
    _with_accounts(
        options, lambda accounts: accounts.remove_feed_password(options.name), "feed_login.remove", [options.name]
    )
    print(f"ftp user {options.name}: removed")
    return 0


def _token(options: argparse.Namespace) -> int:
    producers = list(options.producer)
    if options.site is not None:
        known = {item.producer_id: item for item in load_site(options.site).producers}
        if options.all:
            producers += [name for name, item in known.items() if item.door in ("http", "open311")]
        unknown = [name for name in producers if name not in known]
        if unknown:
            raise UsageError(f"the site has no producer {unknown[0]!r}; it has {', '.join(sorted(known))}")
    if not producers:
        raise UsageError("name a producer, or give --all with --site")
    if len(producers) > 1 and options.token_dir is None:
        raise UsageError("several tokens need --token-dir to write them to")

    async def make(accounts: Accounts) -> dict[str, str]:
        return {name: await accounts.create_producer_token(name) for name in producers}

    tokens = _with_accounts(options, make, "token.make", producers)
    if options.token_dir is None:
        print(tokens[producers[0]])
        return 0
    options.token_dir.mkdir(parents=True, exist_ok=True)
    for name, token in tokens.items():
        path = options.token_dir / name
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(token + "\n", encoding="utf-8")
    print(f"{len(tokens)} tokens in {options.token_dir}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend", description="The services of the operations room.")
    parser.add_argument("--verbose", action="store_true", help="log more")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    site = argparse.ArgumentParser(add_help=False)
    site.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, required=True, metavar="DIR", help="the backend's data folder")
    data.add_argument(
        "--database", default="", metavar="URL", help="postgresql+psycopg://...; default: SQLite in --data"
    )

    _serve_arguments(commands.add_parser("serve", parents=[site, data], help="run the services"))
    check = commands.add_parser("check", parents=[site], help="read a whole site and tell every mistake")
    check.set_defaults(run=_check)
    _user_arguments(commands.add_parser("user", help="accounts of operators"), data)
    _ftp_user_arguments(commands.add_parser("ftp-user", help="passwords of data loggers at the FTP door"), site, data)
    token = commands.add_parser("token", parents=[data], help="make an ingest token")
    token.add_argument("producer", nargs="*", metavar="PRODUCER")
    token.add_argument("--token-dir", type=Path, metavar="DIR", help="write one file per producer, not to stdout")
    token.add_argument("--site", type=Path, metavar="DIR", help="check the names against this site")
    token.add_argument("--all", action="store_true", help="with --site: every producer whose door is http")
    token.set_defaults(run=_token)
    cli.add_all(commands)
    commands.add_parser("simulate", help="play the demonstration city (simulate --help)")
    return parser


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="0 = a free one (default: %(default)s)")
    parser.add_argument("--insecure", action="store_true", help="allow other machines without TLS")
    parser.add_argument("--certfile", type=Path, metavar="FILE", help="TLS certificate chain, PEM")
    parser.add_argument("--keyfile", type=Path, metavar="FILE", help="TLS private key, PEM")
    parser.add_argument("--local-seat", action="store_true", help="print a session token; stop when stdin closes")
    parser.add_argument("--log-json", action="store_true", help="log JSON lines")
    parser.add_argument("--allow-origin", action="append", default=[], metavar="ORIGIN", help="let this web page in")
    parser.add_argument("--body-limit-bytes", type=int, metavar="N", help="largest request body (default: 5000000)")
    parser.add_argument(
        "--media-limit-bytes", type=int, metavar="N", help="as much, with photos or video (default: 105000000)"
    )
    parser.add_argument("--token-life-h", type=float, metavar="H", help="how long a sign-in holds (default: 12)")
    parser.add_argument(
        "--login-free-tries",
        type=int,
        metavar="N",
        help="wrong passwords of one user from one address before each further one has to wait (default: 5)",
    )
    heads = parser.add_argument_group("signed heads of the audit log")
    heads.add_argument(
        "--head-folder",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder on another machine; may be given again (default: heads in --data, which protects little)",
    )
    heads.add_argument("--head-url", default="", metavar="URL", help="another backend's /api/v1/audit/heads")
    heads.add_argument("--head-token-file", type=Path, metavar="FILE", help="the token that backend gave for it")
    heads.add_argument("--head-every-s", type=float, default=60.0, metavar="S", help="(default: %(default)g)")
    parser.set_defaults(run=_serve)


def _user_arguments(parser: argparse.ArgumentParser, data: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="add|list|disable")
    add = commands.add_parser("add", parents=[data], help="make an account, or give it a new password and role")
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--password-file", type=Path, required=True, metavar="FILE", help="its first line is the password")
    add.add_argument("--display-name", default="", metavar="TEXT")
    add.add_argument("--agency", default="", metavar="ID", help="agency of an operator of role agency")
    add.set_defaults(run=_user_add)
    listing = commands.add_parser("list", parents=[data], help="every account with its role")
    listing.set_defaults(run=_user_list)
    disable = commands.add_parser("disable", parents=[data], help="no more sign-ins; open seats are cut")
    disable.add_argument("name")
    disable.set_defaults(run=_user_disable)


def _ftp_user_arguments(
    parser: argparse.ArgumentParser, site: argparse.ArgumentParser, data: argparse.ArgumentParser
) -> None:
    commands = parser.add_subparsers(required=True, metavar="add|remove")
    add = commands.add_parser("add", parents=[site, data], help="let this user of the site in with a new password")
    add.add_argument("name")
    add.add_argument("--password-file", type=Path, required=True, metavar="FILE", help="its first line is the password")
    add.set_defaults(run=_ftp_user_add)
    remove = commands.add_parser("remove", parents=[data], help="let this user in no more")
    remove.add_argument("name")
    remove.set_defaults(run=_ftp_user_remove)


if __name__ == "__main__":
    sys.exit(main())
