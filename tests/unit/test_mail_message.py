"""Mails as people's programs write them, as Vietnam's old ones did, and as somebody writes them who means ill."""

from __future__ import annotations

import base64
import contextlib
import time
from email.message import EmailMessage
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.sources.mail_charset import decoded
from backend.sources.mail_message import MailError, read_mail, without_addresses

WORDS: Final = "Nắp cống mất ở Cốc Lếu, rất nguy hiểm. Ổ gà sâu!"
HEAD: Final = b"From: =?utf-8?B?U+G6p20=?= <Sam.Thi@Vidu.VN>\r\nMessage-ID: <1@vidu.vn>\r\n"
DAMAGED: Final = "Đường hỏng nặng"
WRITTEN: Final = {
    "windows-1258": bytes.fromhex("d0fdf5cc6e6720686fd26e67206ee3f26e67"),
    "VISCII": bytes.fromhex("d0dfb66e672068f66e67206ea36e67"),
    "utf-16": DAMAGED.encode("utf-16"),
}


def mail(head: bytes = b"", body: bytes = b"x") -> bytes:
    return HEAD + head + b"\r\n\r\n" + body


def test_texts_of_every_kind_are_read_as_they_were_written() -> None:
    plain = read_mail(
        mail(
            b"Subject: =?utf-8?Q?N=E1=BA=AFp_c=E1=BB=91ng?=\r\nContent-Type: text/plain; charset=utf-8\r\n"
            b"Content-Transfer-Encoding: quoted-printable",
            b"N=E1=BA=AFp c=E1=BB=91ng m=\r\n=E1=BA=A5t",
        )
    )
    assert (plain.subject, plain.text, plain.sender) == ("Nắp cống", "Nắp cống mất", "sam.thi@vidu.vn")
    assert (plain.who.email, plain.who.first_name, plain.message_id) == ("Sam.Thi@Vidu.VN", "Sầm", "<1@vidu.vn>")
    for name, written in WRITTEN.items():
        head = f"Content-Type: text/plain; charset={name}\r\nContent-Transfer-Encoding: base64".encode()
        assert read_mail(mail(head, base64.b64encode(written))).text == DAMAGED, name
    for charset in (b"", b"; charset=unicode_escape", b"; charset=punycode", b'; charset="\xff"', b"; charset=nobody"):
        found = read_mail(mail(b"Content-Type: text/plain" + charset, WORDS.encode()))
        assert found.text == WORDS, charset


def test_a_mail_of_html_alone_becomes_text_and_of_both_the_text_is_taken() -> None:
    page = "<html><head><style>p {color: red}</style></head><body><p>Nắp cống <b>mất</b></p><script>x()</script></body>"
    message = EmailMessage()
    message["From"], message["Subject"] = "a@vidu.vn", "Nắp cống"
    message.set_content(page, subtype="html")
    assert read_mail(message.as_bytes()).text == "Nắp cống mất"
    both = EmailMessage()
    both["From"] = "a@vidu.vn"
    both.set_content("Chữ thường")
    both.add_alternative(page, subtype="html")
    assert read_mail(both.as_bytes()).text == "Chữ thường"


def test_pictures_are_taken_other_files_named_and_logos_passed_over() -> None:
    message = EmailMessage()
    message["From"] = "a@vidu.vn"
    message.set_content("Có ảnh")
    message.add_attachment(b"\xff\xd8\xff" + b"0" * 20, maintype="image", subtype="jpeg", filename="ảnh 1.jpg")
    message.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="x.exe")
    message.add_attachment(b"0" * 9, maintype="application", subtype="octet-stream", filename="IMG_1.JPG")
    message.add_attachment(b"logo", maintype="image", subtype="png", filename="l.png", disposition="inline", cid="<l>")
    found = read_mail(message.as_bytes())
    assert [one.name for one in found.files] == ["ảnh 1.jpg", "IMG_1.JPG"]
    assert found.files[0].body == b"\xff\xd8\xff" + b"0" * 20
    assert found.remarks == ("Tệp đính kèm không nhận (chỉ nhận ảnh, video): x.exe",)


@pytest.mark.parametrize(
    "head",
    [
        b"Auto-Submitted: auto-replied",
        b"Auto-Submitted: auto-generated; x=y",
        b"Precedence: bulk",
        b"List-Id: <tin.vidu.vn>",
        b"List-Unsubscribe: <mailto:x@vidu.vn>",
        b"X-Autoreply: yes",
        b"Return-Path: <>",
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    ],
)
def test_what_no_person_wrote_is_told(head: bytes) -> None:
    assert read_mail(mail(head)).automatic
    assert read_mail(mail(b"Auto-Submitted: no")).automatic == ""


def test_bounces_come_from_nobody() -> None:
    assert read_mail(b"From: MAILER-DAEMON@vidu.vn\r\n\r\nx").automatic


def nested(depth: int) -> bytes:
    inside = b"x"
    for level in range(depth):
        inside = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n%s\r\n' % (level, level, inside)
    return inside


HOSTILE: Final = {
    "no sender": b"Subject: x\r\n\r\nx",
    "a sender that is none": b"From: <<>>@@\r\n\r\nx",
    "headers without end": b"From: a@vidu.vn\r\nX-A: " + b"a" * 200_000,
    "10,000 parts": mail(b'Content-Type: multipart/mixed; boundary="b"', b"--b\r\n\r\nx\r\n" * 10_000),
    "400 parts": mail(b'Content-Type: multipart/mixed; boundary="b"', b"--b\r\n\r\nx\r\n" * 400),
    "parts in parts": HEAD + nested(3000),
    "mails in mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 300,
    "a million lines": mail(b"", b"\n" * 1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_refused_in_words_and_soon(name: str) -> None:
    begun_s = time.process_time()
    with pytest.raises(MailError) as told:
        read_mail(HOSTILE[name])
    assert time.process_time() - begun_s < 5
    assert str(told.value).partition(":")[0] in ("From", "header", "body")


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for whole in (body, HEAD + body, mail(b"Subject: " + body.replace(b"\n", b"")), mail(b"", body)):
        with contextlib.suppress(MailError):
            found = read_mail(whole)
            assert "\x00" not in found.text + found.subject + found.message_id


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_in_any_character_set_are_some_text(body: bytes, charset: str) -> None:
    decoded(body, charset).encode("utf-8", "surrogatepass")


def test_a_kept_mail_names_no_address() -> None:
    kept = without_addresses(b'From: "A" <sam.thi@vidu.vn>, b@c.vn\r\n\r\nwrite to x@y.vn: now')
    assert kept == b'From: "A" <xxx@xxx>, xxx@xxx\r\n\r\nwrite to xxx@xxx: now'
