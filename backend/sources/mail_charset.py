"""Bytes of mails as text: the character sets mails of Vietnam are written in, and what to do when none is told."""

from __future__ import annotations

import codecs
from typing import Final

_UPPER_HALF: Final = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
_LOW: Final = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}
_VISCII: Final = "".join(_LOW.get(code, chr(code)) for code in range(128)) + _UPPER_HALF
"""RFC 1456; Python does not bring it."""

_VISCII_NAMES: Final = ("viscii", "x-viscii", "csviscii", "viscii1.1-1")
# Character sets, not codecs: "punycode" or "unicode_escape" decode bytes too, slowly or to something else.
_BEGINNINGS: Final = (
    "utf-8", "utf-16", "utf-7", "ascii", "iso8859", "latin", "cp12", "cp43", "cp85", "koi8", "gb", "big5", "euc_",
    "shift_jis", "iso2022", "tis",
)  # fmt: skip


def decoded(body: bytes, charset: str) -> str:
    """`body` in the character set its sender names; what does not fit it, or names none, is UTF-8 or Windows-1258."""
    name = charset.strip().lower()
    if name in _VISCII_NAMES:
        return body.decode("latin-1").translate(dict(enumerate(_VISCII)))
    for known in (_codec_of(name), "utf-8"):
        try:
            if known:
                return body.decode(known)
        except (UnicodeDecodeError, UnicodeError):
            continue
    return body.decode("cp1258", "replace")


def _codec_of(name: str) -> str:
    try:
        known = codecs.lookup(name).name if name and name.isascii() else ""
    except (LookupError, ValueError):
        return ""
    return known if known.startswith(_BEGINNINGS) else ""
