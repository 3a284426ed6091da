"""CAP messages: the samples of the field, shapes, encodings, and hostile bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.geometry import Circle, Polygon
from backend.sources.cap import MAX_CAP_BYTES, CapError, canonical_key, cap_time, parse_cap
from backend.sources.cap_area import area_shapes, centre_of
from backend.sources.cap_index import FeedError, allowed_link, read_index
from tests.unit.feeds_samples import FIXTURES, NOW_MS, cap

CAP = FIXTURES / "cap"


@pytest.mark.parametrize(
    ("name", "message_type", "severity", "areas", "faults"),
    [
        ("canada.cap", "Update", "Minor", 2, 0),
        ("earthquake.cap", "Alert", "Unknown", 1, 0),
        ("earthquake_signed.cap", "Alert", "Unknown", 1, 0),
        ("invalid.cap", "Alert", "Unknown", 1, 1),
        ("no_optional_fields.cap", "Alert", None, 0, 1),
        ("weather.cap", "Alert", "Severe", 1, 0),
        ("ipaws-5e6dd9de023f1930ef6548d9.xml", "Cancel", None, 0, 0),
        ("v1dot1_appendix_adot1.xml", "Alert", "Severe", 1, 0),
        ("v1dot2_appendix_adot1.xml", "Alert", "Severe", 1, 0),
        ("v1dot2_appendix_adot2.xml", "Alert", "Severe", 1, 0),
        ("v1dot2_appendix_adot3.xml", "Update", "Minor", 1, 0),
        ("v1dot2_appendix_adot4.xml", "Alert", "Severe", 1, 0),
    ],
)
def test_samples_of_the_field_are_read(
    name: str, message_type: str, severity: str | None, areas: int, faults: int
) -> None:
    message = parse_cap((CAP / name).read_bytes(), NOW_MS)
    assert message.message_type == message_type
    assert len(message.faults) == faults
    first = message.infos[0] if message.infos else None
    assert (first.severity if first else None) == severity
    assert (len(first.areas) if first else 0) == areas


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("xee.cap", "never read"),
        ("weather_index.atom", "begins with <alert>"),
        ("no_id.atom", "begins with <alert>"),
        ("ny_index.rss", "begins with <alert>"),
        ("invalid.rss", "begins with <alert>"),
    ],
)
def test_what_is_hostile_or_no_message_is_refused(name: str, words: str) -> None:
    with pytest.raises(CapError, match=words):
        parse_cap((CAP / name).read_bytes(), NOW_MS)


def test_the_samples_folder_holds_no_file_that_no_test_names() -> None:
    named = {path.name for path in CAP.iterdir() if path.suffix in (".cap", ".xml", ".atom", ".rss")}
    assert len(named) == 17


def test_latitude_first_becomes_longitude_first_and_kilometres_metres() -> None:
    faults: list[str] = []
    shapes = area_shapes(["22.1,104.1 22.2,104.1 22.2,104.2 22.1,104.1"], ["22.5,103.9 1.5", "22.5,103.9 0"], faults)
    assert faults == []
    assert shapes == (
        Polygon(ring=((104.1, 22.1), (104.1, 22.2), (104.2, 22.2), (104.1, 22.1))),
        Circle(centre=(103.9, 22.5), radius_m=1500.0),
        Circle(centre=(103.9, 22.5), radius_m=0.0),
    )
    assert centre_of(shapes[:1]) == pytest.approx((104.15, 22.15))


@pytest.mark.parametrize(
    ("polygon", "words"),
    [
        ("", "empty"),
        ("22,104 22,105", "less than 4"),
        ("22,104 nan,105 23,105 22,104", "not lat,lon"),
        ("122,104 22,105 23,105 122,104", "not lat,lon"),
        ("22;104 22;105 23;105 22;104", "not lat,lon"),
        (" ".join(["22,104"] * 20_001), "at most 20000"),
    ],
)
def test_a_polygon_that_cannot_be_drawn_is_named(polygon: str, words: str) -> None:
    faults: list[str] = []
    assert area_shapes([polygon], [], faults) == ()
    assert words in " ".join(faults)


def test_an_open_polygon_is_closed_and_blanks_after_commas_are_forgiven() -> None:
    faults: list[str] = []
    (shape,) = area_shapes(["22.1, 104.1 22.2, 104.1 22.2, 104.2"], [], faults)
    assert isinstance(shape, Polygon)
    assert shape.ring[0] == shape.ring[-1]
    assert faults == ["a polygon does not end where it begins; it was closed"]


@pytest.mark.parametrize(
    "circle", ["22.5,103.9", "22.5,103.9 -1", "22.5,103.9 inf", "22.5 103.9 1", "91,0 1", "1,1 99999"]
)
def test_a_circle_that_cannot_be_drawn_is_named(circle: str) -> None:
    faults: list[str] = []
    assert area_shapes([], [circle], faults) == ()
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("text", "at_ms", "faults"),
    [
        ("2026-01-01T09:00:00+07:00", NOW_MS, 0),
        ("2026-01-01T02:00:00-00:00", NOW_MS, 0),
        ("2026-01-01T02:00:00Z", NOW_MS, 1),
        ("2026-01-01 02:00:00", NOW_MS, 1),
        ("2026-01-01T02:00", NOW_MS, 1),
        ("2026-01-01T02:00:00.000+0000", NOW_MS, 1),
        ("2026-02-30T02:00:00+07:00", None, 1),
        ("1969-01-01T00:00:00+00:00", None, 1),
        ("0001-01-01T00:00:00+14:00", None, 1),
        ("tomorrow", None, 1),
        ("", None, 0),
    ],
)
def test_times_are_read_and_odd_ones_named(text: str, at_ms: int | None, faults: int) -> None:
    found: list[str] = []
    assert cap_time(text, "sent", found) == at_ms
    assert len(found) == faults


def test_a_key_is_the_same_in_whatever_zone_its_time_is_written() -> None:
    assert canonical_key("a@b,1,2026-01-01T09:00:00+07:00") == canonical_key("a@b,1,2026-01-01T02:00:00-00:00")


@pytest.mark.parametrize("name", ["identifier", "sender", "sent"])
def test_a_message_that_cannot_be_identified_is_refused(name: str) -> None:
    body = cap().decode()
    start, end = body.index(f"<{name}>"), body.index(f"</{name}>")
    with pytest.raises(CapError, match=f"<{name}> is missing"):
        parse_cap((body[:start] + f"<{name}>" + body[end:]).encode(), NOW_MS)


def test_unknown_words_are_kept_and_named() -> None:
    message = parse_cap(cap(severity="Catastrophic", status="Real"), NOW_MS)
    assert (message.status, message.infos[0].severity) == ("Real", "Catastrophic")
    assert len(message.faults) == 2


def test_the_risk_level_and_the_communes_are_taken_as_stated() -> None:
    info = parse_cap(cap(), NOW_MS).infos[0]
    assert (info.risk_level, info.commune_codes) == (2, ("02908",))


def test_vietnamese_is_chosen_before_the_first_language() -> None:
    body = (CAP / "v1dot2_appendix_adot4.xml").read_text(encoding="utf-8").replace("es-US", "vi-VN")
    message = parse_cap(body.encode(), NOW_MS)
    assert [info.language for info in message.chosen(("vi-VN", "vi"))] == ["vi-VN"]
    assert [info.language for info in message.chosen(("fr",))] == ["en-US"]


def test_html_in_a_headline_stays_text_and_controls_go() -> None:
    message = parse_cap(cap(headline="&lt;script&gt;alert(1)&lt;/script&gt;&#x202e;x"), NOW_MS)
    assert message.infos[0].headline == "<script>alert(1)</script>x"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1258", "gb18030"])
def test_any_declared_character_set_is_read(encoding: str) -> None:
    text = cap(headline="Ngập ở Cam" if encoding == "iso-8859-1" else "Mưa to").decode()
    text = text.replace('encoding="UTF-8"', f'encoding="{encoding}"')
    body = text.encode(encoding, errors="xmlcharrefreplace")
    assert parse_cap(body, NOW_MS).infos[0].headline in ("Ngập ở Cam", "Mưa to")


_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;&l;&l;">]>'
    "<alert><identifier>&m;</identifier></alert>"
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"\x00" * 100,
        b"not xml",
        b"<alert>",
        b"<html><body>404</body></html>",
        _BOMB.encode(),
        b'<?xml version="1.0" encoding="punycode"?><alert/>',
        b'<?xml version="1.0" encoding="nonsense"?><alert/>',
        b'<?xml version="1.0" encoding="shift_jis"?>\xff\xff<alert/>',
        b"<alert>" * 20_000 + b"</alert>" * 20_000,
        b"<alert>" + b"<x/>" * 200_000 + b"</alert>",
        cap() + b" " * MAX_CAP_BYTES,
        cap().replace("Cảnh".encode(), b"\xff\xfe"),
        b"<f xmlns:c='urn:oasis:names:tc:emergency:cap:1.2'><c:alert/><c:alert/></f>",
    ],
)
def test_hostile_and_broken_bytes_are_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(CapError) as caught:
        parse_cap(body, NOW_MS)
    assert str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_message_changed_anywhere_is_read_or_refused_never_worse(data: st.DataObject) -> None:
    body = bytearray((CAP / "canada.cap").read_bytes()[:6000] if data.draw(st.booleans()) else cap())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=20))
    message, reason = None, ""
    try:
        message = parse_cap(bytes(body), NOW_MS)
    except CapError as error:
        reason = str(error)
    assert reason or (message is not None and message.identifier and message.sent_ms >= 0)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_as_shape_is_drawn_or_named(polygon: str, circle: str) -> None:
    faults: list[str] = []
    shapes = area_shapes([polygon], [circle], faults)
    assert len(shapes) + len(faults) >= 2


def test_an_atom_index_gives_its_links_and_an_rss_index_its_items() -> None:
    atom = read_index((CAP / "weather_index.atom").read_bytes(), "http://www.weather.gov/x/")
    assert atom is not None
    assert [entry.link.partition("?")[0] for entry in atom.entries] == [
        "http://www.weather.gov/alerts-beta/wwacapget.php"
    ] * len(atom.entries)
    assert atom.faults == ()
    rss = read_index((CAP / "ny_index.rss").read_bytes(), "http://www.nyalert.gov/")
    assert rss is not None
    assert [entry.link[-7:] for entry in rss.entries] == ["3167113", "3162202"]


@pytest.mark.parametrize("name", ["no_id.atom", "invalid.rss"])
def test_entries_that_cannot_be_followed_are_named_and_cost_nothing_else(name: str) -> None:
    index = read_index((CAP / name).read_bytes(), "http://a/")
    assert index is not None
    assert (index.entries, len(index.faults)) == ((), 1)


def test_a_message_is_no_index_and_a_web_page_is_neither() -> None:
    assert read_index(cap(), "http://a/") is None
    with pytest.raises(FeedError, match="'html'"):
        read_index(b"<html/>", "http://a/")
    with pytest.raises(FeedError, match="never read"):
        read_index((CAP / "xee.cap").read_bytes(), "http://a/")


@pytest.mark.parametrize(
    ("link", "followed"),
    [
        ("https://kttv.gov.vn/a.cap", True),
        ("http://feed.example:8080/b", True),
        ("file:///etc/passwd", False),
        ("gopher://kttv.gov.vn/", False),
        ("javascript:alert(1)", False),
        ("http://127.0.0.1:8000/admin", False),
        ("http://169.254.169.254/meta", False),
        ("http://[::1]/", False),
        ("http://[bad/", False),
        ("http://a:99999/", False),
    ],
)
def test_only_web_links_off_this_machine_are_followed(link: str, followed: bool) -> None:
    assert (allowed_link(link, "https://feed.example/index.atom") == "") == followed


def test_a_feed_on_this_machine_may_link_to_itself() -> None:
    assert allowed_link("http://127.0.0.1:8555/1.cap", "http://127.0.0.1:8555/feed.atom") == ""
