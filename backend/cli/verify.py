"""`verify`: check an evidence package, folder or ZIP. Needs neither the database nor the backend that made it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.services.evidence import custody_log
from backend.services.evidence.package_source import FolderSource, PackageError, PackageSource, ZipSource
from backend.services.evidence.seal import read_any_public_key
from backend.services.evidence.verify import PackageReport, check
from backend.services.keys import KeyFileError

EXIT_DAMAGED = 1
EXIT_UNREADABLE = 2


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verify = commands.add_parser("verify", help="check an evidence package, file by file")
    verify.add_argument("package", type=Path, metavar="PACKAGE", help="its folder or ZIP")
    verify.add_argument(
        "--public-key",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the key it must be signed with, got another way than with the package; may be given again",
    )
    verify.add_argument("--passphrase-file", type=Path, metavar="FILE", help="of an encrypted package: its first line")
    verify.add_argument("--repacked", action="store_true", help="the ZIP was packed anew by another program")
    verify.add_argument(
        "--custody", type=Path, metavar="FILE", help="check the operations room's log of who fetched this package, too"
    )
    verify.add_argument("--quiet", action="store_true", help="name only the files that are not intact")
    verify.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    try:
        keys = [read_any_public_key(path) for path in options.public_key]
        with _opened(options) as source:
            report = check(source, keys)
        custody = None if options.custody is None else options.custody.read_bytes()
    except (PackageError, KeyFileError, OSError) as error:
        print(f"verify: {options.package}: {error}", file=sys.stderr)
        return EXIT_UNREADABLE
    wrong = [] if custody is None else custody_log.faults(custody, report.public_key, report.manifest_digest)
    for fault in wrong:
        print(f"changed\t{_plain(str(options.custody))}\t{fault}")
    _print(report, options.quiet)
    return 0 if report.good and not wrong else EXIT_DAMAGED


@contextmanager
def _opened(options: argparse.Namespace) -> Iterator[PackageSource]:
    """Raises: PackageError."""
    path: Path = options.package
    if path.is_dir():
        yield FolderSource(path)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise PackageError(error.strerror or str(error)) from None
    with file:
        source = ZipSource(file, _passphrase(options.passphrase_file), options.repacked)
        try:
            yield source
        finally:
            source.close()


def _passphrase(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8-sig").split("\n", 1)[0].rstrip("\r").encode()
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"--passphrase-file {path}: {error}") from None


def _print(report: PackageReport, quiet: bool) -> None:
    for finding in report.findings:
        if finding.status != "intact" or not quiet:
            why = f"\t{finding.why}" if finding.why else ""
            print(f"{finding.status}\t{_plain(finding.path)}{_plain(why)}")
    if report.container:
        print(f"changed\tthe ZIP itself\t{report.container}")
    print(f"signature: {report.signature}; key {report.fingerprint or 'unknown'}")
    if report.signature == "good" and not report.pinned:
        print("note: compare this key with the one that the operations room made known, or give --public-key FILE")
    counts = ", ".join(f"{report.count(status)} {status}" for status in ("intact", "missing", "changed", "added"))
    print(f"verify: {'GOOD' if report.good else 'NOT GOOD'}; {counts}")


def _plain(text: str) -> str:
    """Names in a package are strangers' words: nothing in them may steer the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\t" else "\ufffd" for letter in text)
