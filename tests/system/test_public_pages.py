"""What everybody reads of citizens' reports: pages and tables of what was published, and nothing of who reported."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.commands import DecideReportMedium, Role
from backend.domain.contacts import without_contacts
from backend.gateway.public.sheets import csv_of
from backend.gateway.public.told import PublicReport
from backend.gateway.public.words import EN, VI, language_of
from config.model import SiteConfig
from config.site import load_site
from tests.system import test_open311
from tests.system.backend_process import SMALL_SITE
from tests.system.test_open311 import CANARY, App, app
from tests.unit import media_files as files

pytestmark = pytest.mark.anyio

TEXT = "Cây đổ <script>alert(1)</script> gọi 0912 777 345 hoặc yen.sam@vidu.vn"


class Page(HTMLParser):
    """What stands in a page: its tags, its links and pictures, its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


async def page_of(one: App, path: str, status: int = 200) -> Page:
    answer = await one.http.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for value in CANARY.values():
        assert value not in answer.text
    page = Page(answer.text)
    assert "script" not in page.tags
    assert not [address for address in page.addresses if "//" in address]
    return page


async def attached(one: App, report_id: str, stage: str, orientation: int) -> str:
    async with await one.as_role(Role.AGENCY) as seat:
        photo = files.photo(orientation)
        answer = await seat.post("/media", params={"report": report_id, "stage": stage}, content=photo)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["digest"])


async def published(one: App, **fields: str) -> str:
    report_id = await one.filed(description=TEXT, address_string="12 đường Hoàng Liên", **CANARY, **fields)
    await one.publish(report_id)
    return report_id


async def test_a_report_shows_its_state_first_and_its_words_once_published(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        report_id = await one.filed(description=TEXT, address_string="12 đường Hoàng Liên", **CANARY)
        open_page = await page_of(one, f"/public/reports/{report_id}")
        assert "Đã chuyển" in open_page.text
        assert "Cảnh sát PCCC" in open_page.text
        assert "Cây đổ <" not in open_page.text
        assert report_id not in (await page_of(one, "/public/reports")).text
        await one.publish(report_id)
        for path in (f"/public/reports/{report_id}", "/public/reports", "/public/reports?category=cay-do"):
            page = await page_of(one, path)
            assert "Cây đổ <script>alert(1)</script> gọi ••• hoặc •••" in page.text
            assert "Hoàng Liên" not in page.text
        assert "Đã dọn xong" in (await page_of(one, f"/public/reports/{report_id}")).text
        assert report_id not in (await page_of(one, "/public/reports?category=duong-hong")).text
        anybody = (await one.http.get(f"/open311/v2/requests/{report_id}.json")).json()[0]
        assert anybody["description"].endswith("gọi ••• hoặc •••")
        assert [anybody[name] for name in ("lat", "long", "address")] == [22.499, 103.969, None]
        own = await one.http.get(f"/open311/v2/requests/{report_id}.json", params={"api_key": one.key})
        assert [own.json()[0][name] for name in ("description", "lat", "address")] == [
            TEXT,
            22.4986,
            "12 đường Hoàng Liên",
        ]
        missing = await page_of(one, "/public/reports/%3Cscript%3E", 404)
        assert "Không có phản ánh <script>" in missing.text


async def test_only_pictures_of_a_published_result_are_for_everybody(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        data = {"api_key": one.key, "service_code": "cay-do", "description": "Cây đổ", **test_open311.PLACE}
        answer = await one.http.post("/open311/v2/requests.json", data=data, files=[("media", ("a", files.photo(8)))])
        report_id = answer.json()[0]["service_request_id"]
        before = await attached(one, report_id, "before", 1)
        after = await attached(one, report_id, "after", 3)
        async with await one.as_role(Role.DUTY_OFFICER) as seat:
            media = (await seat.get(f"/reports/{report_id}")).json()["media"]
        (citizens,) = (item["digest"] for item in media if item["stage"] == "report")

        async def statuses(*digests: str) -> list[int]:
            paths = [f"/public/media/{digest}{end}" for digest in digests for end in ("", "/thumbnail")]
            return [(await one.http.get(path)).status_code for path in paths]

        async def decide(digest: str, role: Role, public: bool) -> None:
            result = await one.do(DecideReportMedium, report_id, role, digest=digest, public=public)
            assert result.accepted, result.reason

        assert await statuses(before, after, citizens) == [404] * 6
        await one.publish(report_id)
        assert await statuses(before, after, citizens) == [404] * 6  # nobody gave any of them free
        for digest in (before, after):
            await decide(digest, Role.DUTY_OFFICER, public=True)
        assert await statuses(before, after) == [200] * 4
        assert await statuses(citizens) == [404] * 2
        refused = await one.do(DecideReportMedium, report_id, Role.AGENCY, digest=citizens, public=True)
        assert refused.reason_code == "not_allowed"
        missing = await one.do(DecideReportMedium, report_id, Role.DUTY_OFFICER, digest="0" * 64, public=True)
        assert missing.reason_code == "not_found"
        page = await page_of(one, f"/public/reports/{report_id}")
        shown = [address for address in page.addresses if "thumbnail" in address]
        assert shown == [f"../media/{before}/thumbnail", f"../media/{after}/thumbnail"]
        late = await attached(one, report_id, "after", 6)
        assert await statuses(late) == [404] * 2  # it came after the others were looked at
        told = (await one.http.get(f"/open311/v2/requests/{report_id}.json")).json()[0]
        assert told["media_url"].endswith(f"/public/media/{after}")
        assert (await one.http.get(told["media_url"])).headers["content-type"] == "image/jpeg"
        await decide(before, Role.DUTY_OFFICER, public=False)
        assert await statuses(before, after) == [404, 404, 200, 200]
        await one.move(report_id, Role.DUTY_OFFICER, state="reopened", reason="Chưa xong")
        assert await statuses(before, after) == [404] * 4


async def test_the_room_sees_the_very_page_before_it_is_public_and_as_it_was(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        report_id = await one.filed(description=TEXT, address_string="12 đường Hoàng Liên", **CANARY)
        after = await attached(one, report_id, "after", 3)
        await one.do(DecideReportMedium, report_id, Role.DUTY_OFFICER, digest=after, public=True)
        seq = one.backend.parts.room.durable.seq
        async with await one.as_role(Role.DUTY_OFFICER) as seat:
            before = (await seat.get(f"/reports/{report_id}/public")).json()
            assert before["public"] is False
            assert "Cây đổ &lt;script&gt;alert(1)&lt;/script&gt; gọi ••• hoặc •••" in before["html"]
            withheld = [(item["kind"], item["what"]) for item in before["withheld"]]
            assert withheld == [
                ("contact", "0912 777 345"),
                ("contact", "yen.sam@vidu.vn"),
                ("address", "12 đường Hoàng Liên"),
                ("place", "22.4986, 103.9689"),
            ]
            await one.publish(report_id)
            now = (await seat.get(f"/reports/{report_id}/public")).json()
            page = await one.http.get(f"/public/reports/{report_id}")
            assert (now["public"], now["html"]) == (True, page.text)
            assert after in now["html"]
            then = (await seat.get(f"/reports/{report_id}/public", params={"seq": seq})).json()
            assert then == before
            assert (await seat.get(f"/reports/{report_id}/public", params={"seq": 0})).status_code == 404


async def test_tables_have_rounded_places_and_no_contacts_and_come_page_by_page(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        ids = [await published(one) for _ in range(3)]
        await one.filed(description="Chưa công khai")
        answer = await one.http.get("/public/reports.csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row["code"] for row in rows] == ids[::-1]
        assert {(row["lat"], row["lon"]) for row in rows} == {("22.499", "103.969")}
        assert {row["answer"] for row in rows} == {"Đã dọn xong"}
        shapes = await one.http.get("/public/reports.geojson")
        assert shapes.headers["content-type"] == "application/geo+json"
        found = json.loads(shapes.content)
        assert [item["geometry"]["coordinates"] for item in found["features"]] == [[103.969, 22.499]] * 3
        for text in (answer.content.decode(), shapes.text):
            assert not [value for value in (*CANARY.values(), "Hoàng Liên", "Chưa công khai") if value in text]
        first = await one.http.get("/public/reports.geojson", params={"limit": 2})
        assert len(first.json()["features"]) == 2
        second = await one.http.get(first.links["next"]["url"])
        assert [item["id"] for item in second.json()["features"]] == ids[:1]
        assert "next" not in second.links
        past = {"start": "2020-01-01", "end": "2020-01-31"}
        assert (await one.http.get("/public/reports.geojson", params=past)).json()["features"] == []
        for wrong in (
            {"start": "x"}, {"start": "2020-01-01"}, {"start": "2026-02-01", "end": "2026-01-01"}, {"limit": "5000"},
            {"start": "0001-01-01", "end": "0001-01-02"}, {"page": "0"},
        ):  # fmt: skip
            assert (await one.http.get("/public/reports.csv", params=wrong)).status_code == 422, wrong


@pytest.mark.parametrize("public", [{"per_min": 8.0}, {"enabled": False}])
async def test_too_much_from_one_address_is_slowed_and_the_site_may_publish_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, public: dict[str, object]
) -> None:
    site = load_site(SMALL_SITE)
    reports = replace(site.reports, public=site.reports.public.model_copy(update=public))

    def changed() -> SiteConfig:
        return staffed().model_copy(update={"reports": reports})

    staffed = test_open311.staffed
    monkeypatch.setattr(test_open311, "staffed", changed)
    async with app(tmp_path) as one:
        answers = [await one.http.get("/public/reports") for _ in range(4)]
        if public.get("enabled") is False:
            assert [answer.status_code for answer in answers] == [404] * 4
        else:
            assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
            assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "contact",
    ["0912345678", "0912 345 678", "0912.345.678", "+84 912 345 678", "84912345678", "024-3825-1234", "a.b@c.vn",
     "012345678901", "123456789"],
)  # fmt: skip
def test_contacts_are_masked_in_every_writing(contact: str) -> None:
    assert without_contacts(f"Gọi {contact}, cảm ơn") == "Gọi •••, cảm ơn"


@given(st.text(alphabet="0123456789+84 .-@avn", max_size=60))
def test_no_run_of_a_telephones_digits_is_left(text: str) -> None:
    assert not re.search(r"(?<!\d)0\d{9}(?!\d)", without_contacts(text))


@pytest.mark.parametrize("text", ["Ngày 23/11/2026 lúc 07:30", "Số nhà 12, ngõ 34", "Hết 1.500.000 đồng"])
def test_other_numbers_stay(text: str) -> None:
    assert without_contacts(text) == text


@given(st.text(max_size=50))
def test_no_strangers_text_is_a_formula_for_a_spreadsheet(text: str) -> None:
    one = PublicReport(
        "PA-1", "published", "", "", "", "", "", "", 0, None, None, "", "", False, False, text=text, answer="=1+1"
    )  # fmt: skip
    _, row = csv.reader(io.StringIO(csv_of([one], 420).decode("utf-8-sig"), newline=""))
    assert row[-1] == "'=1+1"
    assert not row[-2].startswith(("=", "+", "-", "@", "\t", "\r"))


async def test_the_pages_are_in_english_when_asked_or_when_the_browser_would_rather(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        report_id = await published(one)
        for path in ("/public/reports", f"/public/reports/{report_id}"):
            plain = await one.http.get(path)
            assert '<html lang="vi">' in plain.text
            assert plain.headers["Vary"] == "Accept-Language"
            asked = await one.http.get(f"{path}?lang=en", headers={"Accept-Language": "vi"})
            rather = await one.http.get(path, headers={"Accept-Language": "fr, en-GB;q=0.8, vi;q=0.5"})
            for page in (asked.text, rather.text):
                assert '<html lang="en">' in page
                assert "Published" in page
                assert "Cây đổ &lt;script&gt;" in page, "what people wrote stays as they wrote it"
            back = await one.http.get(f"{path}?lang=vi", headers={"Accept-Language": "en"})
            assert '<html lang="vi">' in back.text
        single = (await one.http.get(f"/public/reports/{report_id}?lang=en")).text
        assert 'href="../reports?lang=en"' in single
        assert 'hreflang="vi"' in single
        assert "Fallen tree" in single or "Fire" in single, "category and agency by their English names"
        missing = await one.http.get("/public/reports/PA-0?lang=en")
        assert (missing.status_code, "There is no report PA-0" in missing.text) == (404, True)


def test_every_word_of_the_pages_is_there_in_both_languages() -> None:
    letters = re.compile("[àáạảãâầấậẩẫăằắặẳẵèéẹẻẽêềếệểễìíịỉĩòóọỏõôồốộổỗơờớợởỡùúụủũưừứựửữỳýỵỷỹđ]", re.IGNORECASE)
    for name in EN.__dataclass_fields__:
        mine, theirs = getattr(EN, name), getattr(VI, name)
        if isinstance(mine, dict):
            assert mine.keys() == theirs.keys()
            assert not any(letters.search(words) for words in mine.values())
        elif name not in ("other", "language", "other_language"):
            assert mine
            assert mine != theirs
            assert not letters.search(mine), name


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [("", "", "vi"), ("en", "vi", "en"), ("vi", "en", "vi"), ("", "en-US,en;q=0.9", "en"),
     ("", "vi;q=0.2,en;q=0", "vi"), ("", "de", "vi"), ("", ";q=x,,,", "vi"), ("xx", "en", "en")],
)  # fmt: skip
def test_the_language_is_the_asked_one_else_the_browsers(asked: str, accepted: str, language: str) -> None:
    assert language_of(asked, accepted) == language
