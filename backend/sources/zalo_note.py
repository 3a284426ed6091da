"""The webhook of a Zalo Official Account: its signature, and what citizens send there.

Zalo for Developers, Official Account API, Webhook: every event is one JSON object; `X-ZEvent-Signature: mac=HEX` is the
SHA-256 of app_id, the body as it came, its `timestamp` and the account's own secret key, one after the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.contracts.report_doors import Identity
from backend.contracts.report_events import TEXT_MOST
from backend.sources.citizen_message import CitizenMessage
from backend.sources.text import paragraphs, plain

AHEAD_MS: Final = 300_000
"""Zalo's clock may be so far ahead of ours."""

OLD_MS: Final = 7 * 86_400_000
"""Zalo repeats what was not answered for hours; what is older was recorded by somebody and is sent anew."""

MEDIA_MOST: Final = 10
_NAME_MOST: Final = 200

_MEDIA: Final = ("user_send_image", "user_send_video")
_NOT_TAKEN: Final[Mapping[str, str]] = {
    "user_send_file": "tệp",
    "user_send_audio": "tin thoại",
    "user_send_business_card": "danh thiếp",
}
_SAID: Final = ("user_send_text", "user_send_link", "user_send_location", *_MEDIA, *_NOT_TAKEN)


class ZaloSignatureError(ValueError):
    """Whoever sent it does not know the account's key, or the site's is another one."""


class ZaloNoteError(ValueError):
    """Signed, and it cannot be used; the message says what is wrong, where, and what would be right."""


class _Model(BaseModel):
    """Unknown keys are passed over: Zalo adds some."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True)


class _Coordinates(_Model):
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class _Payload(_Model):
    url: Annotated[str, Field(max_length=4000)] = ""
    description: Annotated[str, Field(max_length=20_000)] = ""
    coordinates: _Coordinates | None = None


class _Attachment(_Model):
    payload: _Payload = _Payload()


class _Message(_Model):
    msg_id: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(max_length=50_000)] = ""
    attachments: Annotated[tuple[_Attachment, ...], Field(max_length=50)] = ()


class _Sender(_Model):
    id: Annotated[str, Field(min_length=1, max_length=100)]
    display_name: Annotated[str, Field(max_length=1000)] = ""


class _Info(_Model):
    """What a citizen fills into the account's form."""

    name: Annotated[str, Field(max_length=1000)] = ""
    phone: Annotated[str, Field(max_length=100)] = ""


class _Event(_Model):
    sender: _Sender
    timestamp: Annotated[str, Field(pattern=r"^[0-9]{1,14}$")]
    message: _Message | None = None
    info: _Info | None = None


def signature_of(body: bytes, timestamp: str, app_id: str, secret: str) -> str:
    """What the header says of `body` when it is Zalo's."""
    digest = hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode())
    return f"mac={digest.hexdigest()}"


def opened(body: bytes, signature: str, app_id: str, secret: str) -> Mapping[str, object]:
    """The event in `body`. Raises: ZaloSignatureError."""
    try:
        event = json.loads(body)
        timestamp = str(event["timestamp"]) if isinstance(event, dict) else ""
        right = signature_of(body, timestamp, app_id, secret)
    except (ValueError, KeyError, RecursionError):  # no JSON, or not of letters that can be written down
        raise ZaloSignatureError("the body is no event of Zalo's") from None
    given = signature if signature.startswith("mac=") else f"mac={signature}"
    # As bytes: a header may hold letters that the comparison of texts does not take.
    if not secret or not hmac.compare_digest(given.lower().encode("utf-8", "replace"), right.encode()):
        raise ZaloSignatureError(
            "X-ZEvent-Signature does not fit the body; are the site's app_id and key the account's?"
        )
    return event if isinstance(event, dict) else {}


def read_event(event: Mapping[str, object], received_ms: int) -> CitizenMessage | None:
    """What a citizen sent; None = an event that is none of ours (followed, seen, our own answer, a sticker).

    Raises:
        ZaloNoteError: it cannot be used.
    """
    name = event.get("event_name")
    if name not in (*_SAID, "user_submit_info"):
        return None
    try:
        found = _Event.model_validate(event)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ZaloNoteError(plain(f"{place}: {first['msg']}", 300)) from None
    at_ms = int(found.timestamp)
    if not received_ms - OLD_MS <= at_ms <= received_ms + AHEAD_MS:
        days = (received_ms - at_ms) / 86_400_000
        raise ZaloNoteError(f"timestamp: {days:.1f} days ago; right is an event of the last {OLD_MS // 86_400_000}")
    who = Identity(
        account_id=f"zalo:{plain(found.sender.id, 100)}",
        first_name=plain((found.info.name if found.info else "") or found.sender.display_name, _NAME_MOST),
        phone=plain(found.info.phone, 40) if found.info else "",
    )
    if name == "user_submit_info":
        return CitizenMessage(
            message_id=f"info:{found.sender.id}:{found.timestamp}", sender_id=found.sender.id, at_ms=at_ms, who=who
        )
    if found.message is None:
        raise ZaloNoteError("message: it is missing")
    return _said(str(name), found.message, found.sender.id, at_ms, who)


def _said(name: str, message: _Message, sender_id: str, at_ms: int, who: Identity) -> CitizenMessage:
    payloads = [one.payload for one in message.attachments]
    place = next((one.coordinates for one in payloads if one.coordinates is not None), None)
    if name == "user_send_location" and place is None:
        raise ZaloNoteError("message.attachments: a location without coordinates")
    lines = [message.text] if name != "user_send_location" else []
    if name == "user_send_link":
        lines += [part for one in payloads for part in (one.description, one.url) if part]
    kind = _NOT_TAKEN.get(name)
    return CitizenMessage(
        message_id=message.msg_id,
        sender_id=sender_id,
        at_ms=at_ms,
        text=paragraphs("\n".join(lines), TEXT_MOST),
        media_urls=tuple(one.url for one in payloads if one.url)[:MEDIA_MOST] if name in _MEDIA else (),
        lat_deg=place.latitude if place is not None else None,
        lon_deg=place.longitude if place is not None else None,
        address=plain(message.text, 300) if name == "user_send_location" else "",
        remarks=(f"Người dân gửi {kind} qua Zalo; hệ thống không nhận, xem trong Zalo OA",) if kind else (),
        who=who,
    )
