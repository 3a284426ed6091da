"""Stack gas referred to a reference oxygen, as QCVN 19:2024/BTNMT compares it; desks and alarms refer alike.

C_ref = C * (21 - O2_ref) / (21 - O2_meas), O2 in percent of dry gas.
"""

from __future__ import annotations

from typing import Final

AIR_O2_PERCENT: Final = 21.0
O2_MOST_PERCENT: Final = 20.0
"""From here on nothing burns: the formula would make any number of next to nothing. Our bound, not the standard's."""


def referred(concentration: float, o2_percent: float, o2_ref_percent: float) -> float | None:
    """The concentration at the reference oxygen; None where the measured oxygen allows none."""
    if not 0.0 <= o2_percent < O2_MOST_PERCENT:
        return None
    return concentration * (AIR_O2_PERCENT - o2_ref_percent) / (AIR_O2_PERCENT - o2_percent)
