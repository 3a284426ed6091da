"""The package's plain texts: how to check it, who had it in hand, which file time is which instant."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from backend.services.evidence.case import Case
from backend.services.evidence.joining import Placed
from backend.services.evidence.names import LocalTime
from backend.services.evidence.seal import MANIFEST, PUBLIC_KEY, SIGNATURE
from backend.services.evidence.tables import csv_bytes

BROKEN_OFF = "đọc dở"


def times_table(placed: Iterable[Placed], local: LocalTime) -> bytes:
    """Which instant a file time is: one row for each recorded file that was joined."""
    rows = (
        (
            f"{one.file_ms / 1000:.3f}",
            one.wall_ms,
            local.iso(one.wall_ms),
            one.end_ms,
            one.frames,
            one.name,
            one.sha256,
            BROKEN_OFF if one.broken_off else "",
        )
        for one in placed
    )
    header = (
        "giay_trong_tep", "epoch_ms", "thoi_diem", "den_epoch_ms", "so_khung_hinh", "tep_ghi_goc",
        "sha256_tep_ghi_goc", "ghi_chu",
    )  # fmt: skip
    return csv_bytes(header, rows)


def broken_spans(table: bytes) -> list[tuple[int, int]]:
    """What the recorded files covered that could not be read to their end, from such a table."""
    rows = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    return [(int(row[1]), int(row[3])) for row in rows if row[-1] == BROKEN_OFF]


def custody(case: Case, starts: Iterable[dict[str, object]]) -> bytes:
    """custody.jsonl: through whose hands the package went until it was sealed. Who fetched it later stands in a log of
    the operations room that is signed entry by entry: the package itself never changes again.
    """
    local = LocalTime(case.site.utc_offset_min)
    entries: list[dict[str, object]] = [
        {
            "deed": "ordered",
            "at": local.iso(case.ordered_ms),
            "at_ms": case.ordered_ms,
            "by": case.ordered_by,
            "from": case.order_origin,
            "clock": "the operations room's server",
        },
        *starts,
    ]
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries).encode()


def readme(case: Case, left_out: Iterable[str]) -> bytes:
    """README.txt, Vietnamese and English."""
    order, local = case.order, LocalTime(case.site.utc_offset_min)
    missing = "".join(f"- {sentence}\n" for sentence in left_out)
    text = f"""GÓI BẰNG CHỨNG / EVIDENCE PACKAGE
{order.title}
{case.site.name_vi}
{local.iso(order.start_ms)} – {local.iso(order.end_ms)}
Mã gói / Package: {case.export_id}
Dấu vân tay khóa ký / Fingerprint of the signing key: {case.fingerprint}

TIẾNG VIỆT
Mở index.html bằng trình duyệt bất kỳ để xem; không cần mạng, không cần cài đặt.
- cameras/: video gốc từ camera, ghép lại nhưng KHÔNG nén lại; tệp .csv bên cạnh cho biết giây nào trong tệp là thời
  điểm nào, và mã SHA-256 của từng tệp ghi gốc.
- copies/: bản sao có chữ in chìm hoặc đã che (nếu có). stills/: ảnh. readings/: số liệu quan trắc (CSV).
- events.jsonl: mọi sự kiện; state_before.json: trạng thái phòng trực ngay trước đó.
- map.html: bản đồ; report.pdf: báo cáo.
- custody.jsonl: ai yêu cầu, ai lập, trên máy nào.
{"Không có trong gói:" + chr(10) + missing if missing else ""}
Kiểm tra:
1. python -m backend verify THƯ_MỤC_HOẶC_ZIP --public-key KHÓA
   In ra từng tệp: intact (nguyên vẹn), missing (thiếu), changed (bị sửa), added (thêm vào). Mã kết thúc 0: nguyên vẹn.
   KHÓA là khóa công khai do {case.site.name_vi} công bố bằng đường khác; nếu không có, hãy đối chiếu dấu vân tay.
2. Không có chương trình này: kiểm tra chữ ký bằng OpenSSL 3
   openssl pkeyutl -verify -pubin -inkey {PUBLIC_KEY} -rawin -in {MANIFEST} -sigfile {SIGNATURE}
   rồi so mã SHA-256 của từng tệp (sha256sum, hoặc Get-FileHash trên Windows) với {MANIFEST}.

ENGLISH
Open index.html in any browser; no network and no installation are needed.
- cameras/: the cameras' own video, joined but NOT encoded again; the .csv beside each says which second of the file is
  which instant, and the SHA-256 of every recorded file it was joined from.
- copies/: copies with burnt-in text or with parts painted over (if any). stills/: pictures. readings/: measurements.
- events.jsonl: every event; state_before.json: the room just before; map.html: the map; report.pdf: the report.
- custody.jsonl: who ordered it, who made it, on which machine.

Check:
1. python -m backend verify FOLDER_OR_ZIP --public-key KEY
   tells of each file whether it is intact, missing, changed or added; exit code 0: all intact.
   KEY is the public key that the operations room made known another way; without it, compare the fingerprint.
2. Without this program: check the signature with OpenSSL 3
   openssl pkeyutl -verify -pubin -inkey {PUBLIC_KEY} -rawin -in {MANIFEST} -sigfile {SIGNATURE}
   then compare the SHA-256 of each file (sha256sum, or Get-FileHash on Windows) with {MANIFEST}.
"""
    # The mark makes Windows' editor show the letters as they are.
    return ("\ufeff" + text.replace("\n", "\r\n")).encode()
