"""The backend's key: made once, kept from others, told by its fingerprint."""

from __future__ import annotations

import base64
import re
import stat
import sys
from pathlib import Path

import pytest

from backend.services.keys import KeyFileError
from backend.services.signing import KEY_FILE, PUBLIC_FILE, Signer, read_public_key, verify


def test_the_key_is_made_once_and_is_the_same_at_the_next_start(tmp_path: Path) -> None:
    first = Signer.open(tmp_path / "keys")
    again = Signer.open(tmp_path / "keys")
    assert again.public_key == first.public_key == read_public_key(tmp_path / "keys" / PUBLIC_FILE)
    assert verify(first.public_key, b"data", again.sign(b"data"))
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [KEY_FILE, PUBLIC_FILE]


def test_two_backends_have_two_keys(tmp_path: Path) -> None:
    one, other = Signer.open(tmp_path / "a"), Signer.open(tmp_path / "b")
    assert one.public_key != other.public_key
    assert one.fingerprint != other.fingerprint
    assert re.fullmatch(r"([0-9a-f]{4} ){7}[0-9a-f]{4}", one.fingerprint)


def test_a_signature_holds_for_its_data_and_its_key_only(tmp_path: Path) -> None:
    signer, other = Signer.open(tmp_path / "a"), Signer.open(tmp_path / "b")
    signature = signer.sign(b"data")
    assert verify(signer.public_key, b"data", signature)
    assert not verify(signer.public_key, b"Data", signature)
    assert not verify(other.public_key, b"data", signature)
    assert not verify(signer.public_key, b"data", signature[:-1])
    assert not verify(b"short", b"data", signature)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such bits")
def test_the_key_is_its_owners_alone_and_refused_when_it_is_not(tmp_path: Path) -> None:
    Signer.open(tmp_path)
    path = tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match=rf"{re.escape(str(path))} can be read .* chmod 600"):
        Signer.open(tmp_path)


@pytest.mark.parametrize("content", ["", "not base64!", base64.b64encode(b"too short").decode(), "é"])
def test_a_file_that_holds_no_key_is_told(tmp_path: Path, content: str) -> None:
    Signer.open(tmp_path)
    (tmp_path / KEY_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(KeyFileError, match="holds no key"):
        Signer.open(tmp_path)


def test_a_half_that_was_exchanged_or_lost_is_told_and_never_replaced_silently(tmp_path: Path) -> None:
    Signer.open(tmp_path / "a")
    other = Signer.open(tmp_path / "b")
    (tmp_path / "a" / PUBLIC_FILE).write_bytes(base64.b64encode(other.public_key))
    with pytest.raises(KeyFileError, match="does not belong"):
        Signer.open(tmp_path / "a")
    (tmp_path / "b" / KEY_FILE).unlink()
    with pytest.raises(KeyFileError, match="put the key back"):
        Signer.open(tmp_path / "b")


def test_a_start_that_was_killed_between_the_halves_goes_on(tmp_path: Path) -> None:
    signer = Signer.open(tmp_path)
    (tmp_path / PUBLIC_FILE).unlink()
    (tmp_path / f"{KEY_FILE}.new").write_bytes(b"torn")
    assert Signer.open(tmp_path).public_key == signer.public_key
    assert read_public_key(tmp_path / PUBLIC_FILE) == signer.public_key
