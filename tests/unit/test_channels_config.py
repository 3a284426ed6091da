"""The ways by which citizens write, as a site names them: every mistake is told with its line, no secret with any."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.site import SiteErrors, load_site, public_site
from config.source_model import ImapSource, ZaloSource

SMALL = Path(__file__).parents[1] / "fixtures" / "sites" / "small"
ZALO = 'app_id = "1"\nsecret_file = "zalo.secret"\ncategory_id = "duong-hong"'
IMAP = 'host = "mail.vidu.vn"\nuser = "u"\npassword_file = "mail.password"\ncategory_id = "duong-hong"'


def site_with(folder: Path, kind: str, text: str) -> Path:
    shutil.copytree(SMALL, folder)
    (folder / "mail.password").write_text("canary-2\n", encoding="utf-8")
    site = (folder / "site.toml").read_text(encoding="utf-8")
    added = f'[[source]]\nkind = "{kind}"\nproducer_id = "logger"\n{text}\n\n[[detection_rule]]'
    (folder / "site.toml").write_text(site.replace("[[detection_rule]]", added, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("zalo", ZALO.replace('"1"', '"app"'), "app_id"),
        ("zalo", ZALO.replace("zalo.secret", "none"), "is no readable text"),
        ("zalo", f'{ZALO}\nsecret = "canary-1"', "secrets do not stand in site.toml"),
        ("zalo", ZALO.replace("duong-hong", "duong-hon"), "did you mean 'duong-hong'"),
        ("zalo", ZALO.replace("duong-hong", "cay-do"), "the room looks at first"),
        ("zalo", f'{ZALO}\nmedia_hosts = ["http://10.0.0.1"]', "'http://10.0.0.1'; right would be a host"),
        ("zalo", f'{ZALO}\nmedia_hosts = ["zdn.vn:8080"]', "right would be a host"),
        ("zalo", f'{ZALO}\nmedia_hosts = ["zdn.vn/x"]', "right would be a host"),
        ("imap", IMAP.replace('user = "u"\n', ""), "user"),
        ("imap", f'{IMAP}\nsecurity = "none"', "'none' would send the password in the clear"),
        ("imap", f'{IMAP}\nca_file = "ca.pem"', "there is no file 'ca.pem'"),
        ("imap", f'{IMAP}\npassword = "canary-1"', "passwords do not stand in site.toml"),
        ("imap", f'{IMAP}\nfolder = "Thư"', "folder"),
        ("imap", IMAP.replace("duong-hong", "cay-do"), "the room looks at first"),
    ],
)
def test_a_wrong_way_is_told_with_its_line(tmp_path: Path, kind: str, text: str, words: str) -> None:
    with pytest.raises(SiteErrors) as told:
        load_site(site_with(tmp_path / "site", kind, text))
    message = str(told.value)
    assert words in message
    assert message.startswith("site.toml:")
    assert "canary" not in message


def test_secrets_come_from_their_files_and_stand_in_no_public_site(tmp_path: Path) -> None:
    site = load_site(site_with(tmp_path / "site", "imap", IMAP))
    zalo, imap = (one for one in site.sources if isinstance(one, ZaloSource | ImapSource))
    assert isinstance(zalo, ZaloSource)
    assert isinstance(imap, ImapSource)
    secrets = (zalo.secret.get_secret_value(), imap.password.get_secret_value())
    assert secrets == ("khoa-cua-cac-bai-thu", "canary-2")
    shown = public_site(site, 0).model_dump_json() + repr(site)
    assert not any(secret in shown for secret in secrets)
