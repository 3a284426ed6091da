"""`python -m backend verify`: every change of a package is found, and no package can do harm."""

from __future__ import annotations

import base64
import io
import json
import random
import shutil
import stat
import struct
import subprocess
import sys
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import pyzipper

from backend.__main__ import main
from backend.services.evidence import custody_log
from backend.services.evidence.package_source import FolderSource, PackageError, ZipSource
from backend.services.evidence.packing import put_seal, write_encrypted
from backend.services.evidence.seal import MANIFEST, PUBLIC_KEY, SIGNATURE, digest_of, public_key_pem, zip_seal_message
from backend.services.evidence.verify import PackageReport, check
from backend.services.signing import Signer
from tests.unit.evidence_samples import FILES, package, zipped

SIGNER = Signer(b"k" * 32)
STRANGER = Signer(b"s" * 32)
FOLDER_MUTATIONS = 2_500
ZIP_MUTATIONS = 7_500


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return package(tmp_path, SIGNER)


def checked_zip(content: bytes, passphrase: bytes | None = None, repacked: bool = False) -> PackageReport:
    return check(ZipSource(io.BytesIO(content), passphrase, repacked), [SIGNER.public_key])


def statuses(report: PackageReport) -> dict[str, str]:
    return {finding.path: finding.status for finding in report.findings if finding.status != "intact"}


def test_a_package_as_it_was_made_is_intact_as_folder_and_as_zip(folder: Path) -> None:
    for report in (check(FolderSource(folder), [SIGNER.public_key]), checked_zip(zipped(folder, SIGNER))):
        assert report.good
        assert report.signature == "good"
        assert {finding.path for finding in report.findings} == {*FILES, MANIFEST, SIGNATURE, PUBLIC_KEY}


def test_each_file_is_told_as_missing_changed_or_added(folder: Path) -> None:
    (folder / "events.jsonl").unlink()
    (folder / "README.txt").write_bytes(b"Goi bang chung\n")
    (folder / "stills" / "x.jpg").write_bytes(b"x")
    (folder / "rong").mkdir()
    report = check(FolderSource(folder))
    assert statuses(report) == {
        "events.jsonl": "missing",
        "README.txt": "changed",
        "stills/x.jpg": "added",
        "rong/": "added",
    }
    assert not report.good


def test_a_package_signed_anew_by_somebody_else_has_an_unknown_key(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["public_key"] = base64.b64encode(STRANGER.public_key).decode()
    content = json.dumps(manifest).encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / SIGNATURE).write_bytes(STRANGER.sign(content))
    (folder / PUBLIC_KEY).write_bytes(public_key_pem(STRANGER.public_key))
    report = check(FolderSource(folder), [SIGNER.public_key])
    assert report.signature == "unknown key"
    assert not report.good
    assert check(FolderSource(folder)).signature == "good"
    assert not check(FolderSource(folder)).pinned


# -- random mutations ------------------------------------------------------------------------------------------------


def flip(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 9))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def insert(chance: random.Random, content: bytes) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.randbytes(chance.randrange(1, 9)) + content[place:]


def swap_bytes(chance: random.Random, content: bytes) -> bytes:
    place = chance.randrange(max(1, len(content) - 8))
    return content[:place] + content[place : place + 8][::-1] + content[place + 8 :]


EDITS: tuple[Callable[[random.Random, bytes], bytes], ...] = (flip, flip, cut, insert, swap_bytes)


def paths_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def edit_file(chance: random.Random, folder: Path) -> None:
    path = chance.choice([path for path in paths_of(folder) if path.stat().st_size])
    path.write_bytes(chance.choice(EDITS)(chance, path.read_bytes()))


def edit_seal(chance: random.Random, folder: Path) -> None:
    path = folder / chance.choice((MANIFEST, SIGNATURE, PUBLIC_KEY))
    path.write_bytes(chance.choice(EDITS)(chance, path.read_bytes()))


def edit_manifest(chance: random.Random, folder: Path) -> None:
    """A clean edit: the manifest is a manifest still, and says what the files are."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    files = manifest["files"]
    match chance.randrange(5):
        case 0:
            files.remove(chance.choice(files))
        case 1:
            chance.choice(files)["sha256"] = "0" * 64
        case 2:
            manifest["span"]["start_ms"] += chance.randrange(1, 10_000)
        case 3:
            manifest["ordered_by"] = "ai-do"
        case _:
            chance.shuffle(files)
            manifest["left_out"] = ["x"]
    (folder / MANIFEST).write_bytes(json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")


def delete(chance: random.Random, folder: Path) -> None:
    chance.choice(paths_of(folder)).unlink()


def add(chance: random.Random, folder: Path) -> None:
    place = folder / chance.choice((".", "cameras", "stills")) / f"{chance.randrange(10**9)}.txt"
    place.write_bytes(chance.randbytes(chance.randrange(20)))


def rename(chance: random.Random, folder: Path) -> None:
    path = chance.choice(paths_of(folder))
    path.rename(path.with_name(f"{path.name}{chance.choice(('~', '.bak', ' '))}"))


def exchange(chance: random.Random, folder: Path) -> None:
    one, other = chance.sample(paths_of(folder), 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def resign(chance: random.Random, folder: Path) -> None:
    edit_manifest(chance, folder)
    (folder / SIGNATURE).write_bytes(STRANGER.sign((folder / MANIFEST).read_bytes()))


FOLDER_EDITS = (edit_file, edit_file, edit_seal, edit_manifest, delete, add, rename, exchange, resign)


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths_of(folder)}


def put_back(folder: Path, now: dict[str, bytes], content: dict[str, bytes]) -> None:
    for name in now.keys() - content.keys():
        (folder / name).unlink()
    for name, body in content.items():
        if now.get(name) != body:
            (folder / name).write_bytes(body)


def test_thousands_of_random_changes_of_a_folder_are_all_found(folder: Path) -> None:
    original = content_of(folder)
    chance = random.Random(20_260_101)
    unseen, tried = [], 0
    while tried < FOLDER_MUTATIONS:
        edit = chance.choice(FOLDER_EDITS)
        edit(chance, folder)
        now = content_of(folder)
        if now != original:
            tried += 1
            try:
                found = not check(FolderSource(folder), [SIGNER.public_key]).good
            except PackageError:
                found = True
            if not found:
                unseen.append((tried, edit.__name__))
        put_back(folder, now, original)
    assert unseen == []
    assert check(FolderSource(folder), [SIGNER.public_key]).good


def test_thousands_of_random_changes_of_a_zip_are_all_found(folder: Path) -> None:
    original = zipped(folder, SIGNER)
    chance = random.Random(20_260_102)
    unseen, tried = [], 0
    while tried < ZIP_MUTATIONS:
        edit = chance.choice(EDITS)
        changed = edit(chance, original)
        if changed == original:
            continue
        tried += 1
        try:
            found = not checked_zip(changed).good
        except PackageError:
            found = True
        if not found:
            unseen.append((tried, edit.__name__))
    assert unseen == []


def rewritten(content: bytes, change: Callable[[list[tuple[str, bytes]]], None]) -> bytes:
    """A ZIP made anew of changed files, with the seal of the old one: what a patient forger does."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        files = [(info.filename, old.read(info)) for info in old.infolist()]
        comment = old.comment
    change(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        new.comment = comment
        for name, body in files:
            new.writestr(zipfile.ZipInfo(name), body)
    return target.getvalue()


def test_files_changed_in_a_zip_made_anew_are_told_one_by_one(folder: Path) -> None:
    def change(files: list[tuple[str, bytes]]) -> None:
        files[:] = [(name, body) for name, body in files if name != "events.jsonl"]
        files.append(("more.txt", b"x"))
        place = next(index for index, (name, _) in enumerate(files) if name.endswith(".jpg"))
        files[place] = (files[place][0], b"\xff\xd8")

    report = checked_zip(rewritten(zipped(folder, SIGNER), change), repacked=True)
    assert statuses(report) == {
        "events.jsonl": "missing",
        "more.txt": "added",
        "stills/cam-1_20260101-090000.jpg": "changed",
    }


def test_a_zip_packed_anew_is_told_and_accepted_when_asked_for(folder: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in content_of(folder).items():
            archive.writestr(f"goi bang chung/{name}", body)
    assert checked_zip(target.getvalue(), repacked=True).good
    with pytest.raises(PackageError, match=MANIFEST):
        checked_zip(target.getvalue())
    plain = rewritten(zipped(folder, SIGNER), lambda files: None)
    report = checked_zip(plain)
    assert statuses(report) == {}
    assert not report.good
    assert "seal" in report.container


# -- hostile packages ------------------------------------------------------------------------------------------------


def hostile(folder: Path, name: str, body: bytes = b"x", mode: int = stat.S_IFREG | 0o644) -> bytes:
    target = io.BytesIO(zipped(folder, SIGNER))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(target, "a") as archive:
            info = zipfile.ZipInfo(name)
            info.filename = name
            info.external_attr = mode << 16
            archive.writestr(info, body)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../outside.txt", "leads out"),
        ("stills/../../outside.txt", "leads out"),
        ("/etc/cron.d/x", "leads out"),
        ("stills//x", "leads out"),
        ("C:/x.txt", "no name"),
        ("stills\\x.jpg", "no name"),
        ("events.jsonl", "same name twice"),
        ("EVENTS.jsonl", "same name twice"),
        ("stills/\x1b[2J.jpg", "no name"),
    ],
)
def test_names_that_lead_elsewhere_or_stand_twice_are_refused(folder: Path, name: str, why: str) -> None:
    with pytest.raises(PackageError, match=rf"refused: .*{why}"):
        checked_zip(hostile(folder, name))


def test_a_link_in_a_zip_is_refused(folder: Path) -> None:
    with pytest.raises(PackageError, match="refused: .*a link"):
        checked_zip(hostile(folder, "stills/x.jpg", b"/etc/passwd", stat.S_IFLNK | 0o777))


def test_a_bomb_is_refused_before_anything_of_it_is_unpacked(folder: Path) -> None:
    target = io.BytesIO(zipped(folder, SIGNER))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.bin", bytes(64 << 20))
    content = target.getvalue()
    tracemalloc.start()
    try:
        with pytest.raises(PackageError, match="refused: .*packed into"):
            checked_zip(content, repacked=True)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_files_that_share_their_bytes_are_refused(folder: Path) -> None:
    # Entries of the directory that point at the same bytes: a small ZIP that unpacks to a huge one.
    content = bytearray(zipped(folder, SIGNER))
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<I", content, place + 20, len(content) // 2)
        place = content.find(b"PK\x01\x02", place + 4)
    with pytest.raises(PackageError, match="refused: .*overlap"):
        checked_zip(bytes(content), repacked=True)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_in_a_folder_is_never_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(FILES["events.jsonl"])
    (folder / "events.jsonl").unlink()
    (folder / "events.jsonl").symlink_to(secret)
    (folder / "more").symlink_to(tmp_path, target_is_directory=True)
    report = check(FolderSource(folder))
    assert statuses(report) == {"events.jsonl": "changed", "more": "added"}


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), bytes(1000), b"PK\x03\x04" + bytes(500)])
def test_what_is_no_package_is_told(content: bytes) -> None:
    with pytest.raises(PackageError):
        checked_zip(content)


# -- the command -----------------------------------------------------------------------------------------------------


def test_the_command_tells_by_its_exit_code(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "room.pub"
    key.write_bytes(public_key_pem(SIGNER.public_key))
    archive = tmp_path / "package.zip"
    archive.write_bytes(zipped(folder, SIGNER))
    assert main(["verify", str(folder), "--public-key", str(key)]) == 0
    assert "intact\tevents.jsonl" in capsys.readouterr().out
    assert main(["verify", str(archive), "--public-key", str(key), "--quiet"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("verify: GOOD; 12 intact")
    (folder / "events.jsonl").write_bytes(b"{}")
    assert main(["verify", str(folder)]) == 1
    assert "changed\tevents.jsonl" in capsys.readouterr().out
    key.write_bytes(public_key_pem(STRANGER.public_key))
    assert main(["verify", str(archive), "--public-key", str(key)]) == 1
    assert "unknown key" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "nothing")]) == 2
    assert main(["verify", str(tmp_path)]) == 2
    assert main(["verify", str(archive), "--public-key", str(archive)]) == 2


def test_the_command_checks_who_fetched_the_package(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "custody.jsonl"
    digest = digest_of((folder / MANIFEST).read_bytes())
    for user in ("giam-sat", "thanh-tra"):
        custody_log.append(log, SIGNER.sign, digest, 1_767_232_800_000, "fetched", user, "10.0.0.9")
    assert main(["verify", str(folder), "--custody", str(log)]) == 0
    log.write_bytes(log.read_bytes().replace(b"giam-sat", b"giam-sot"))
    assert main(["verify", str(folder), "--custody", str(log)]) == 1
    assert main(["verify", str(folder), "--custody", str(tmp_path / "none")]) == 2


def test_the_check_needs_no_database() -> None:
    script = (
        "import sys\n"
        "from backend.services.evidence import verify, package_source, seal\n"
        "loaded = [name for name in sys.modules if name.split('.')[0] in ('sqlalchemy', 'alembic', 'psycopg', 'av')]\n"
        "assert not loaded, loaded\n"
    )
    top = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=top, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_the_signature_can_be_checked_with_openssl_alone(folder: Path) -> None:
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", PUBLIC_KEY, "-rawin", "-in", MANIFEST]
    done = subprocess.run([*command, "-sigfile", SIGNATURE], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- encrypted -------------------------------------------------------------------------------------------------------

PASSPHRASE = "Mưa lũ sông Hồng 2024"


def encrypted(folder: Path, target: Path) -> bytes:
    digest = write_encrypted(folder, target, PASSPHRASE, lambda done: None)
    put_seal(target, SIGNER.sign(zip_seal_message(digest)))
    return target.read_bytes()


def test_an_encrypted_package_is_intact_with_its_passphrase_only(folder: Path, tmp_path: Path) -> None:
    content = encrypted(folder, tmp_path / "package.zip")
    assert checked_zip(content, PASSPHRASE.encode()).good
    with pytest.raises(PackageError, match="encrypted"):
        checked_zip(content)
    with pytest.raises(PackageError, match="passphrase is wrong"):
        checked_zip(content, b"mua lu song Hong 2024")
    for body in FILES.values():
        assert len(body) < 16 or body not in content
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        archive.setpassword(PASSPHRASE.encode())
        assert {name: archive.read(name) for name in FILES} == dict(FILES)
        assert {info.wz_aes_strength for info in archive.infolist()} == {3}


def test_random_changes_of_an_encrypted_package_are_all_found(folder: Path, tmp_path: Path) -> None:
    original = encrypted(folder, tmp_path / "package.zip")
    chance = random.Random(20_260_103)
    for _ in range(300):
        changed = chance.choice(EDITS)(chance, original)
        if changed == original:
            continue
        try:
            assert not checked_zip(changed, PASSPHRASE.encode()).good
        except PackageError:
            continue
