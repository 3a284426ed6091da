"""VN_AQI: the air quality index of a station, as it is known to seats and kept in the log. QĐ 1459/QĐ-TCMT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

AirPeriod = Literal["hour", "day"]

SOURCE_VI: Final = "VN_AQI, QĐ 1459/QĐ-TCMT ngày 12/11/2019"

OLD_PERIODS: Final = 2
"""An index is of now until so many of its periods after its end: the next one comes within one."""


class AirIndex(Wire):
    """The index of one station over one hour or one day.

    Attributes:
        from_ms, until_ms: what it was computed of, (from, until]; a simulated city's hour is shorter by its speed-up.
        value: None = neither PM10 nor PM2,5 was measured well enough: there is no index then.
        pollutant: the symbol that makes the maximum, "" without a value.
        parts: symbol -> its own index, rounded; of what could be computed.
    """

    station_id: Identifier
    period: AirPeriod
    from_ms: EpochMs
    until_ms: EpochMs
    value: Annotated[int, Field(ge=0, le=500)] | None
    pollutant: str = ""
    parts: dict[str, int] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.station_id}/{self.period}"

    def is_old(self, now_ms: int) -> bool:
        """It is no longer the index of now: none has followed it."""
        return now_ms - self.until_ms > OLD_PERIODS * (self.until_ms - self.from_ms)


@dataclass(frozen=True, slots=True)
class AirBand:
    """A band of the index. `most` inclusive; `rgb` is the decree's colour.

    The advice says in our own words what the decree's table 2 recommends to everybody and to sensitive people
    (children, the old, people with heart or lung disease).
    """

    key: str
    most: int
    name_vi: str
    name_en: str
    rgb: tuple[int, int, int]
    advice_vi: str
    advice_en: str


AIR_BANDS: Final[tuple[AirBand, ...]] = (
    AirBand(
        "good",
        50,
        "Tốt",
        "Good",
        (0, 228, 0),
        "Không khí trong lành, sinh hoạt ngoài trời bình thường.",
        "The air is clean; be outdoors as usual.",
    ),
    AirBand(
        "moderate",
        100,
        "Trung bình",
        "Moderate",
        (255, 255, 0),
        "Người nhạy cảm nên giảm gắng sức lâu ngoài trời, theo dõi ho, khó thở.",
        "Sensitive people should exert themselves less outdoors and watch for a cough or short breath.",
    ),
    AirBand(
        "poor",
        150,
        "Kém",
        "Poor",
        (255, 126, 0),
        "Người nhạy cảm hạn chế ra ngoài; mọi người giảm vận động mạnh ngoài trời.",
        "Sensitive people should go out little; everybody should exert themselves less outdoors.",
    ),
    AirBand(
        "bad",
        200,
        "Xấu",
        "Bad",
        (255, 0, 0),
        "Người nhạy cảm tránh ra ngoài; mọi người hạn chế ở ngoài lâu, đeo khẩu trang ngăn bụi mịn.",
        "Sensitive people should avoid going out; everybody should keep it short and wear a fine-dust mask.",
    ),
    AirBand(
        "very_bad",
        300,
        "Rất xấu",
        "Very bad",
        (143, 63, 151),
        "Người nhạy cảm ở trong nhà; mọi người chỉ ra ngoài khi cần, trường học dừng hoạt động ngoài trời.",
        "Sensitive people should stay indoors; others go out only when needed, schools stop outdoor activities.",
    ),
    AirBand(
        "hazardous",
        500,
        "Nguy hại",
        "Hazardous",
        (126, 0, 35),
        "Mọi người ở trong nhà, đóng kín cửa; chỉ ra ngoài khi bắt buộc và có khẩu trang ngăn bụi mịn.",
        "Everybody should stay indoors with doors and windows shut; go out only if you must, with a mask.",
    ),
)


def air_band(value: int) -> AirBand:
    """The band of an index of 0..500."""
    return next((band for band in AIR_BANDS if value <= band.most), AIR_BANDS[-1])
