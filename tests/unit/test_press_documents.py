"""News feeds and webhooks as strangers write them: read as far as they can be, refused with the reason otherwise."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.doors import IngestAnswer
from backend.simulate.newsroom import BURST, PAPER, PAPER_EVERY_S, STORIES, Newsroom, Paper
from backend.sources.news_document import MAX_ENTRIES, MAX_NEWS_BYTES, NewsError, parse_news
from backend.sources.news_feed import NewsPoller
from backend.sources.news_item import media_type_of, text_of, without_markup
from backend.sources.social_note import MAX_PICTURE_BYTES, MAX_POSTS, SocialError, parse_social
from tests.unit.test_sources_cap_feed import web_server

FIXTURES = Path("tests/fixtures/press")
NOW_MS = int(datetime(2026, 11, 23, 3, tzinfo=UTC).timestamp() * 1000)
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def test_rss_is_read_without_its_markup_and_a_date_of_the_future_is_none() -> None:
    read = parse_news(fixture("rss2.xml"), NOW_MS)
    first, second = read.items
    assert (first.item_id, first.outlet, first.author) == ("bmp-1001", "Báo Mô Phỏng Lào Cai", "Nguyễn Thử Nghiệm")
    assert first.text == "Mưa lớn từ rạng sáng khiến nhiều tuyến đường ngập sâu.\nLực lượng chức năng đã có mặt."
    assert first.published_ms == int(datetime(2026, 11, 23, 1, 15, tzinfo=UTC).timestamp() * 1000)
    assert first.url == "https://bao-mo-phong.example/ngap-coc-leu"
    assert (second.published_ms, second.url) == (NOW_MS, "")
    assert [one.line for one in read.rejections] == [3, 4]


@pytest.mark.parametrize(
    ("name", "item_id", "title"),
    [
        ("atom.xml", "tag:cong-tin.example,2026:1", "Sa Pa đón đoàn khách lớn"),
        ("rss1.rdf", "https://trang.example/1", "Lịch cắt điện Bắc Hà"),
    ],
)
def test_atom_and_rdf_are_read(name: str, item_id: str, title: str) -> None:
    (item,) = parse_news(fixture(name), NOW_MS).items
    assert (item.item_id, item.title) == (item_id, title)
    assert item.published_ms < NOW_MS
    assert item.text


def test_a_feed_that_forgot_to_escape_is_read_as_well_as_it_can_be() -> None:
    broken = fixture("rss2.xml").replace(b"<title>Ng\xc3\xa0y mai", b"<title>Hoa & C\xc3\xa2y <i>")
    read = parse_news(broken, NOW_MS)
    assert read.items[0].item_id == "bmp-1001"
    assert any("not well-formed" in one for one in read.warnings)


def test_every_charset_that_names_itself_is_read_and_a_wrong_one_is_refused() -> None:
    text = fixture("atom.xml").decode("utf-8")
    utf16 = text.replace("utf-8", "utf-16").encode("utf-16")
    cp1258 = "<?xml version='1.0' encoding='windows-1258'?><rss version='2.0'><channel><title>B</title><item>"
    cp1258 += "<guid>1</guid><title>\u0110ư\u01a1\u0300ng Lê Lai</title></item></channel></rss>"
    assert parse_news(utf16, NOW_MS).items[0].title.startswith("Sa Pa")
    assert parse_news(cp1258.encode("cp1258"), NOW_MS).items[0].title.startswith("Đường")
    with pytest.raises(NewsError, match="unknown encoding"):
        parse_news(text.replace("utf-8", "punycode").encode(), NOW_MS)


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"<html><body>404</body></html>", "root"),
        (b"no xml at all", "no RSS"),
        (b'{"posts": []}', "no RSS"),
        (f'<!DOCTYPE rss [<!ENTITY l0 "ha">{_LAUGHS}]><rss><channel>&l9;</channel></rss>'.encode(), "entity"),
        (b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>&x;', "entity"),
        (b"<rss version='2.0'><channel><item></oops><!DOCTYPE x>", "well-formed"),
        (b"<rss>" + b"<a>" * 5000, "deeper"),
        (b"<rss version='2.0'><channel>" + b"<item/>" * 200_000, "elements"),
        (b" " * (MAX_NEWS_BYTES + 1), "at most"),
        (b"\xff\xfe<\x00r\x00", "not"),
    ],
    ids=["empty", "page", "text", "json", "laughs", "external", "late doctype", "deep", "wide", "huge", "cut"],
)  # fmt: skip
def test_what_is_no_feed_or_hostile_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(NewsError, match=why):
        parse_news(body, NOW_MS)


def test_only_the_first_entries_of_an_endless_feed_are_read() -> None:
    items = "".join(f"<item><guid>{n}</guid><title>Tin {n}</title></item>" for n in range(MAX_ENTRIES + 5))
    read = parse_news(f"<rss version='2.0'><channel><title>B</title>{items}</channel></rss>".encode(), NOW_MS)
    assert len(read.items) == MAX_ENTRIES
    assert any(str(MAX_ENTRIES + 5) in one for one in read.warnings)


@given(st.text(st.sampled_from("<>/abscriptle &;!-\n"), max_size=300))
def test_markup_never_outlives_its_removal(text: str) -> None:
    assert "<script" not in without_markup(text.replace("&", "")).lower()
    assert len(text_of(text)) <= 4000


# -- webhooks ---------------------------------------------------------------------------------------------------------


def post(**fields: object) -> dict[str, object]:
    return {"id": "1", "title": "Tắc đường ở Kim Thành", "content": "Xe nối đuôi", "source": "Trang X", **fields}


def read(data: object) -> tuple[list[str], list[str]]:
    found = parse_social(json.dumps(data).encode(), NOW_MS)
    return [one.item_id for one in found.items], [f"{one.line}: {one.reason}" for one in found.rejections]


def test_a_listening_service_posts_with_its_own_label_figures_and_picture() -> None:
    entry = post(
        published_at="2026-11-23T09:30:00+07:00", sentiment="tiêu cực", likes=12, shares=3, url="https://x.example/1",
        pictures=[{"data": base64.b64encode(PNG).decode()}], unknown={"kept": "by them"},
    )  # fmt: skip
    (item,) = parse_social(json.dumps({"posts": [entry]}).encode(), NOW_MS).items
    assert item.sentiment == "negative"
    assert (item.engagement.likes, item.engagement.shares, item.engagement.views) == (12, 3, None)
    assert item.pictures[0].media_type == "image/png"
    assert item.published_ms == int(datetime(2026, 11, 23, 2, 30, tzinfo=UTC).timestamp() * 1000)


def test_activity_streams_are_read_as_note_activity_and_collection() -> None:
    note = {
        "@context": "https://www.w3.org/ns/activitystreams", "type": "Note", "id": "https://s.example/n/1",
        "contentMap": {"en": "Flood", "vi": "<p>Ngập ở <b>Cốc Lếu</b></p>"}, "published": "2026-11-23T02:00:00Z",
        "attributedTo": [{"type": "Person", "name": "Hội người dân"}], "likes": {"totalItems": 7},
        "url": {"type": "Link", "href": "https://s.example/@a/1"},
    }  # fmt: skip
    create = {"@context": note["@context"], "type": "Create", "actor": "https://s.example/a", "object": note}
    for data in (note, create, {"type": "OrderedCollection", "orderedItems": [create]}):
        (item,) = parse_social(json.dumps(data).encode(), NOW_MS).items
        assert (item.item_id, item.text, item.outlet) == ("https://s.example/n/1", "Ngập ở Cốc Lếu", "Hội người dân")
        assert (item.url, item.engagement.likes, item.sentiment) == ("https://s.example/@a/1", 7, "")


def test_one_bad_post_is_named_and_the_others_are_taken() -> None:
    big = base64.b64encode(PNG + b"x" * MAX_PICTURE_BYTES).decode()
    taken, refused = read(
        [
            post(),
            post(id=""),
            post(id="3", published_at="hôm qua"),
            post(id="4", published_at="2026-11-23T09:30:00"),
            post(id="5", sentiment="buồn"),
            post(id="6", likes=-1),
            post(id="7", pictures=[{"data": "kein base64!"}]),
            post(id="8", pictures=[{"data": base64.b64encode(b"<svg onload=x>").decode()}]),
            post(id="9", pictures=[{"data": big}]),
            "text",
            {"@context": "x", "type": "Delete", "id": "11"},
            {"type": "Create", "object": "https://s.example/n/1"},
            {"id": "13"},
            post(id=14),
        ]
    )
    assert taken == ["1", "14"]
    said = ["id", "published_at", "no zone", "sentiment", "likes", "base64", "JPEG", "", "object", "type", "object"]
    assert len(refused) == 12
    assert all(word in line for word, line in zip([*said, "neither"], refused, strict=True)), refused


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[" * 50_000, b"3", b'"posts"', json.dumps([post()] * (MAX_POSTS + 1)).encode(), b"\xff\xfe"],
    ids=["empty", "text", "deep", "number", "string", "flood", "bytes"],
)
def test_what_is_no_webhook_is_refused_whole(body: bytes) -> None:
    with pytest.raises(SocialError):
        parse_social(body, NOW_MS)


def test_a_picture_is_what_its_bytes_are() -> None:
    assert media_type_of(b"RIFF\0\0\0\0WEBPVP8 ") == "image/webp"
    assert media_type_of(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert media_type_of(b"GIF89a") == "image/gif"
    assert media_type_of(b"RIFF\0\0\0\0AVI ") is None
    assert media_type_of(b"<svg>") is None


def test_a_feed_is_asked_for_again_only_when_it_changed_and_seen_again_when_it_was_not_stored() -> None:
    async def play() -> None:
        taken: list[bytes] = []
        faults: list[str] = []

        async def take(body: bytes) -> IngestAnswer:
            taken.append(body)
            if len(taken) == 1:
                raise RuntimeError("the disk is full")
            return IngestAnswer(accepted=1, duplicates=0, rejected=())

        async with web_server() as web, httpx.AsyncClient() as client:
            web.pages["/rss"] = (200, {"ETag": '"1"'}, b"<rss/>")
            poller = NewsPoller(web.url("/rss"), client, take, faults.append)
            with pytest.raises(RuntimeError):
                await poller.poll()
            assert await poller.poll()
            assert await poller.poll()
            assert taken == [b"<rss/>", b"<rss/>"]
            assert web.asked[2][1]["if-none-match"] == '"1"'
            web.pages["/rss"] = (200, {}, b"x" * (MAX_NEWS_BYTES + 1))
            assert not await poller.poll()
            web.pages["/rss"] = (302, {"Location": "http://localhost/rss"}, b"")
            assert not await poller.poll()
            assert [word in line for word, line in zip(("bytes", "followed"), faults, strict=True)] == [True, True]
            assert len(taken) == 2

    asyncio.run(play())


def test_the_demonstration_s_posts_are_read_by_the_webhook_and_told_in_stories() -> None:
    newsroom = Newsroom(httpx.AsyncClient(), "", 5)
    posts = [newsroom.post(told, 1_795_316_535.0) for told in (*STORIES, BURST, BURST)]
    read = parse_social(json.dumps({"posts": posts}).encode(), NOW_MS)
    assert [one.title for one in read.items] == [told.title for told in (*STORIES, BURST, BURST)]
    assert len({one.item_id for one in read.items}) == len(posts)
    assert not read.rejections


def test_the_demonstration_s_paper_is_read_as_any_feed_and_prints_on() -> None:
    paper = Paper("http://127.0.0.1:8557/tin.rss", 5)
    now_s = NOW_MS / 1000
    first, later = paper.document("/tin.rss", now_s), paper.document("/tin.rss", now_s + PAPER_EVERY_S)
    assert first is not None
    assert later is not None
    assert paper.document("/other", now_s) is None
    before, after = (parse_news(body, NOW_MS + 10**7) for _, body in (first, later))
    assert (before.rejections, before.warnings) == ((), ())
    assert {one.outlet for one in before.items} == {PAPER}
    assert [one.item_id for one in after.items][1:] == [one.item_id for one in before.items][:-1]
