"""`/open311/v2`: citizens' programs post reports and read what became of them.

GeoReport v2 (open311.org) with FixMyStreet's service request updates. Reading is open to everybody, for what was
published; a program that shows its `api_key` reads what it filed itself, too. The key is a producer's ingest token.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Annotated, Final, ParamSpec, cast

from fastapi import APIRouter, Depends, Path, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from backend.contracts.report_events import TEXT_MOST, ReportReceived
from backend.contracts.reports import ENDED, OPEN311_STATUS, PUBLIC, Medium, Report, ReportState
from backend.gateway.callers import parts_of
from backend.gateway.open311 import asked
from backend.gateway.open311.answers import Format, Listed, Open311Error, Value, answer, error_answer
from backend.gateway.open311.asked import DAY_MS, PAGE_MOST, Fields
from backend.gateway.open311.told import Teller
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.media.messages import MediaError
from backend.services.media.service import PIECE
from backend.services.reports.desk import ReportError
from backend.storage.reports import FiledQuery, FiledReport

router = APIRouter(prefix="/open311/v2", tags=["open311"])

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
FORM_FIELDS: Final = 200
FILES_MOST: Final = 10
MEDIA_PATHS: Final = ("/open311/v2/requests.", "/open311/v2/servicerequestupdates.")
UPDATES_DEFAULT_MS: Final = DAY_MS
THREADS_MOST: Final = 50
"""A page with `extensions=true` holds at most so many requests: each brings its thread along."""

P = ParamSpec("P")
Form = Annotated[Format, Path(description="json or xml")]


@dataclass(frozen=True, slots=True)
class Call:
    """One request: what was asked, by whom, about which site."""

    parts: Parts
    fields: Fields
    caller: str
    origin: str
    base: str

    @property
    def teller(self) -> Teller:
        return Teller(self.parts.site, self.caller)


def _told(work: Callable[P, Awaitable[Response]]) -> Callable[P, Awaitable[Response]]:
    """Refusals of the door in the format that was asked for."""

    @wraps(work)
    async def call(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return await work(*args, **kwargs)
        except Open311Error as error:
            return error_answer(error, cast("Format", kwargs.get("form", "json")))
        except ReportError as error:
            return error_answer(Open311Error(400, str(error)), cast("Format", kwargs.get("form", "json")))

    return call


async def _query(request: Request) -> Fields:
    query = request.query_params
    return {name: query.getlist(name) for name in query}


async def _body(request: Request) -> tuple[Fields, tuple[UploadFile, ...]]:
    """Fields of the form, those of the address after them, and the files. Raises: Open311Error."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORMS:
        await request.body()  # past its limit it is refused as everywhere
        raise Open311Error(400, f"the body is {kind[:60]!r}; right is a form: {' or '.join(FORMS)}")
    form = await request.form(max_fields=FORM_FIELDS, max_files=FILES_MOST)
    fields: dict[str, list[str]] = {}
    files: list[UploadFile] = []
    for name, value in (*form.multi_items(), *request.query_params.multi_items()):
        if isinstance(value, UploadFile):
            if value.size:
                files.append(value)
        else:
            fields.setdefault(name, []).append(value)
    return fields, tuple(files)


async def _call(request: Request, fields: Fields) -> Call:
    """Raises: Open311Error (403, 404)."""
    parts = parts_of(request)
    asked.jurisdiction(fields, parts.site.site_id)
    key = asked.one(fields, "api_key", 4096)
    producer_id = await parts.accounts.producer(key) if key else None
    programs = {item.producer_id for item in parts.site.producers if item.door == "open311"}
    if key and producer_id not in programs:
        raise Open311Error(403, "api_key: it is unknown; the centre makes one with `python -m backend token PRODUCER`")
    return Call(
        parts,
        fields,
        f"producer:{producer_id}" if producer_id else "",
        peer_address(request.scope),
        str(request.base_url),
    )


def _filing(call: Call) -> None:
    """Raises: Open311Error (403, 429)."""
    if not call.caller:
        raise Open311Error(403, "api_key: it is missing; only programs that the centre knows may file reports")
    wait_s = call.parts.report_flow.wait_s(call.caller, asyncio.get_running_loop().time())
    if wait_s:
        raise Open311Error(
            429, f"too much at once from this api_key; again in {wait_s:g} s", {"Retry-After": f"{wait_s:g}"}
        )


@router.get("/discovery.{form}")
async def discovery(request: Request, form: Form) -> Response:
    """What is here, in which formats."""
    base = str(request.url).partition("/discovery.")[0]
    told: Value = {
        "changeset": "2026-11-23T00:00:00+07:00",
        "contact": parts_of(request).site.name_vi,
        "key_service": "python -m backend token PRODUCER",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": base,
                "changeset": "2026-11-23T00:00:00+07:00",
                "type": "production",
                "formats": ["application/json", "text/xml"],
            }
        ],
    }
    return answer(Listed("discovery", told), form)


@router.get("/services.{form}")
@_told
async def services(request: Request, form: Form, fields: Annotated[Fields, Depends(_query)]) -> Response:
    """What can be reported."""
    call = await _call(request, fields)
    return answer(Listed("services", call.teller.services()), form)


@router.get("/services/{service_code}.{form}")
@_told
async def definition(
    request: Request, form: Form, service_code: str, fields: Annotated[Fields, Depends(_query)]
) -> Response:
    """What a service asks of its reporter."""
    call = await _call(request, fields)
    category = asked.category_of(call.parts.site.reports.rules, service_code)
    return answer(Listed("service_definition", call.teller.definition(category)), form)


@router.post("/requests.{form}", status_code=201, openapi_extra=asked.REQUEST_FORM)
@_told
async def file(request: Request, form: Form) -> Response:
    """Take a report. The same `Idempotency-Key` of the same program again is answered again and taken once."""
    fields, files = await _body(request)
    call = await _call(request, fields)
    _filing(call)
    parts = call.parts
    deed = _deed_of(call.caller, request.headers.get("idempotency-key", ""))
    before = await _before(parts, deed)
    who = asked.identity(fields)
    if before is None:
        producer_id = call.caller.partition(":")[2]
        simulated = any(item.simulated for item in parts.site.producers if item.producer_id == producer_id)
        filed = asked.filed(fields, parts.site.reports.rules, parts.reports.box, simulated)
        filed = replace(filed, media=await _media(parts, files))
        before = await parts.reports.receive(filed, actor=call.caller, origin=call.origin, caused_by=deed)
    # Also when it was taken before: the answer may have been lost between the two.
    await parts.reports.identify(before.report_id, who)
    told: Value = [
        {
            "service_request_id": before.report_id,
            "service_notice": _notice(before),
            "account_id": asked.one(fields, "account_id") or None,
        }
    ]
    return answer(Listed("service_requests", told), form, 201)


@router.get("/tokens/{token}.{form}")
@_told
async def token(request: Request, form: Form, token: str, fields: Annotated[Fields, Depends(_query)]) -> Response:
    """The id behind a token. Reports have their id at once here, and it is its own token."""
    call = await _call(request, fields)
    report = await _any(call, token)
    told: Value = [{"service_request_id": report.report.report_id, "token": token}]
    return answer(Listed("service_requests", told), form)


@router.get("/requests.{form}")
@_told
async def requests(request: Request, form: Form, fields: Annotated[Fields, Depends(_query)]) -> Response:
    """Reports that were published, and those that the caller filed: 90 days or a page, whichever is smaller."""
    call = await _call(request, fields)
    start_ms, end_ms = asked.span(fields, call.parts.now_ms(), asked.SPAN_MOST_MS)
    extensions = asked.one(fields, "extensions") == "true"
    size = asked.whole(fields, "page_size", THREADS_MOST if extensions else PAGE_MOST, 1, PAGE_MOST)
    if extensions and size > THREADS_MOST:
        raise Open311Error(400, f"page_size: at most {THREADS_MOST} with extensions=true")
    page = asked.whole(fields, "page", 1, 1, 1_000_000)
    query = FiledQuery(
        caller=call.caller,
        from_ms=start_ms,
        to_ms=end_ms,
        report_ids=asked.several(fields, "service_request_id"),
        category_ids=asked.several(fields, "service_code"),
        states=_states(asked.several(fields, "status")),
        limit=size,
        offset=(page - 1) * size,
    )
    await call.parts.reports.archive.up_to_date()
    found = await call.parts.reports.archive.store.list_filed(query)
    urls = await _media_urls(call, found)
    told: Value = [await _request(call, one, extensions, urls.get(one.report.report_id, ())) for one in found]
    return answer(Listed("service_requests", told), form)


@router.get("/requests/{service_request_id}.{form}")
@_told
async def single(
    request: Request, form: Form, service_request_id: str, fields: Annotated[Fields, Depends(_query)]
) -> Response:
    """How one report stands. What it says is told once it is published, or to the program that filed it."""
    call = await _call(request, fields)
    found = await _any(call, service_request_id)
    urls = (await _media_urls(call, (found,))).get(found.report.report_id, ())
    told: Value = [await _request(call, found, asked.one(fields, "extensions") == "true", urls)]
    return answer(Listed("service_requests", told), form)


@router.get("/servicerequestupdates.{form}")
@_told
async def updates(request: Request, form: Form, fields: Annotated[Fields, Depends(_query)]) -> Response:
    """What happened to reports that the caller may read, oldest first: the last day, or as asked."""
    call = await _call(request, fields)
    start_ms, end_ms = asked.span(fields, call.parts.now_ms(), UPDATES_DEFAULT_MS)
    ids = asked.several(fields, "service_request_id")
    await call.parts.reports.archive.up_to_date()
    happened = await call.parts.reports.archive.store.happened(call.caller, start_ms, end_ms, ids, PAGE_MOST)
    told: Value = [one for item in happened if (one := call.teller.update(*item)) is not None]
    return answer(Listed("service_request_updates", told), form)


@router.post("/servicerequestupdates.{form}", status_code=201, openapi_extra=asked.UPDATE_FORM)
@_told
async def update(request: Request, form: Form) -> Response:
    """More from the citizen: words, `rating` of the result, or `status` reopen."""
    fields, files = await _body(request)
    call = await _call(request, fields)
    _filing(call)
    report_id = asked.one(fields, "service_request_id")
    filed = await _own(call, report_id)
    text = asked.one(fields, "description", TEXT_MOST)
    status, rating = asked.one(fields, "status").lower(), asked.rating(fields)
    reports, actor, origin = call.parts.reports, call.caller, call.origin
    if rating is not None:
        await reports.citizen_rated(report_id, rating, text, actor=actor, origin=origin)
    elif status == "reopen" or (status == "open" and filed.report.state in ENDED):
        await reports.citizen_reopened(report_id, text, actor=actor, origin=origin)
    elif text or files:
        media = await _media(call.parts, files)
        await reports.citizen_wrote(report_id, text, media, actor=actor, origin=origin)
    else:
        raise Open311Error(
            400, "description: nothing is said; right is a description, a file, a rating, or status=reopen"
        )
    given = asked.one(fields, "update_id")
    told: Value = [{"update_id": given or f"{report_id}-{call.parts.room.durable.seq}"}]
    return answer(Listed("service_request_updates", told), form, 201)


async def _media(parts: Parts, files: Sequence[UploadFile]) -> tuple[Medium, ...]:
    """Raises: Open311Error (400): one of them is none that is taken."""
    taken = []
    for number, upload in enumerate(files, 1):
        try:
            taken.append(await parts.media.take(_pieces(upload), "report"))
        except MediaError as error:
            raise Open311Error(400, f"file {number} of {len(files)}: {error}") from error
    return tuple(taken)


async def _pieces(upload: UploadFile) -> AsyncIterator[bytes]:
    while piece := await upload.read(PIECE):
        yield piece


async def _request(call: Call, filed: FiledReport, extensions: bool, media_urls: Sequence[str]) -> Value:
    thread = await call.parts.reports.archive.store.thread(filed.report.report_id) if extensions else ()
    return call.teller.request(filed, extensions, thread, media_urls)


async def _media_urls(call: Call, found: Sequence[FiledReport]) -> dict[str, list[str]]:
    """Where everybody can fetch the pictures of published results: after the work first."""
    public = [one.report.report_id for one in found if one.report.state in PUBLIC]
    if not public or not call.parts.site.reports.public.enabled:
        return {}
    approved = await call.parts.reports.archive.store.media.approved(public)
    return {
        report_id: [f"{call.base}public/media/{one.digest}" for one in sorted(media, key=lambda one: one.stage)]
        for report_id, media in approved.items()
    }


async def _any(call: Call, report_id: str) -> FiledReport:
    """Raises: Open311Error (404)."""
    await call.parts.reports.archive.up_to_date()
    found = await call.parts.reports.archive.store.filed(report_id)
    if found is None:
        raise Open311Error(404, "service_request_id: there is no such report")
    return found


async def _own(call: Call, report_id: str) -> FiledReport:
    """Raises: Open311Error (400, 404): whose it is is nobody's business."""
    if not report_id:
        raise Open311Error(400, "service_request_id: it is missing")
    found = await _any(call, report_id)
    if found.filed_by != call.caller:
        raise Open311Error(404, "service_request_id: there is no such report of this api_key")
    return found


async def _before(parts: Parts, deed: str | None) -> Report | None:
    """The report that this deed was, when it was done already."""
    for logged in await parts.log.find_command(deed) if deed is not None else ():
        if isinstance(logged.event, ReportReceived):
            return logged.event.report
    return None


def _deed_of(caller: str, key: str) -> str | None:
    """Id of a filing in the log: the same key of the same program is the same deed."""
    return hashlib.sha256(f"{caller}\n{key}".encode()).hexdigest()[:32] if key else None


def _notice(report: Report) -> str:
    return f"Mã phản ánh {report.code}"


def _states(wanted: tuple[str, ...]) -> tuple[ReportState, ...]:
    """Raises: Open311Error (400)."""
    unknown = [one for one in wanted if one not in ("open", "closed")]
    if unknown:
        raise Open311Error(400, f"status: {unknown[0][:60]!r}; right is open, closed or both with a comma")
    return tuple(state for state, status in OPEN311_STATUS.items() if status in wanted)
