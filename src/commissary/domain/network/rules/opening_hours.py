"""When a location is open, by its own wall clock.

Hours are written as people hang them on the door: weekday, from, to. They stay what they are when the clocks change:
a store that opens at nine opens at nine in summer and winter, and a night that lacks or repeats an hour lacks or
repeats it here too. A day ends at 24:00 at the latest; who is open past midnight goes on at 00:00 of the next day.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from commissary.domain.network.types import OpeningHours, Weekday
from commissary.kernel.decision import Refusal

_OPENS = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_WEEKDAYS = tuple(Weekday)
_MOST_A_DAY = 10


def canonical_hours(hours: OpeningHours) -> OpeningHours | Refusal:
    """Weekdays in order, each with its spans in order; or the refusal that names the first span that cannot be."""
    result: dict[str, list[list[str]]] = {}
    for day in hours:
        if day not in _WEEKDAYS:
            return Refusal("weekday_unknown", {"weekday": day[:40]}, f"/opening_hours/{day[:40]}")
    for day in _WEEKDAYS:
        if day in hours:
            refusal = _day_refusal(day, hours[day])
            if refusal:
                return refusal
            result[day.value] = sorted(list(span) for span in hours[day])
    return result


def _day_refusal(day: Weekday, spans: Sequence[Sequence[str]]) -> Refusal | None:
    field = f"/opening_hours/{day}"
    if len(spans) > _MOST_A_DAY:
        return Refusal("opening_hours_invalid", {"reason": f"has more than {_MOST_A_DAY} spans a day"}, field)
    for index, span in enumerate(spans):
        flaw = _span_flaw(span)
        if flaw:
            return Refusal("opening_hours_invalid", {"reason": flaw}, f"{field}/{index}")
    in_order = sorted(list(span) for span in spans)
    for earlier, later in pairwise(in_order):
        if later[0] < earlier[1]:
            reason = f"overlap: {earlier[0]}–{earlier[1]} and {later[0]}–{later[1]}"
            return Refusal("opening_hours_overlap", {"weekday": day, "reason": reason}, field)
    return None


def _span_flaw(span: Sequence[str]) -> str | None:
    if len(span) != 2:
        return "is no pair of opening and closing time"
    opens, closes = span
    if not _OPENS.fullmatch(opens):
        return "opens at no time from 00:00 to 23:59"
    if closes != "24:00" and not _OPENS.fullmatch(closes):
        return "closes at no time from 00:01 to 24:00"
    if closes <= opens:
        return "closes before it opens"
    return None


def is_open(hours: OpeningHours, time_zone: str, instant: datetime) -> bool:
    """Whether canonical hours cover an instant (aware). Opening counts as open, closing as closed."""
    if not hours:
        return True
    local = instant.astimezone(ZoneInfo(time_zone))
    clock = f"{local:%H:%M}"
    return any(opens <= clock < closes for opens, closes in hours.get(_WEEKDAYS[local.weekday()], ()))
