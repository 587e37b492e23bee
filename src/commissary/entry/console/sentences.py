"""Events in words: one sentence for each kind, so that an order's timeline reads like a story.

A kind that has no sentence here is still shown, by its name and its facts; a test says which of an order's kinds lack
one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from commissary.entry.console.reader import Reader
from commissary.entry.console.words import HOLD_WORDS, plural

Data = Mapping[str, Any]
_ACTORS = {"clock": "The clock", "worker": "The worker", "installation": "The installation"}


def _captured(data: Data, reader: Reader) -> str:
    lines, units, late = data["lines"], data["units"], data.get("backordered", 0)
    text = (
        f"Captured from {data['channel']}: {reader.number(units)} {plural(units, 'unit')} "
        f"on {lines} {plural(lines, 'line')} for {reader.money(data['total_minor'], data['currency'])}. "
        f"{reader.number(data['reserved'])} reserved"
    )
    return f"{text}, {reader.number(late)} backordered." if late else f"{text}."


def _canceled(data: Data, reader: Reader) -> str:
    what = "the whole order" if data.get("whole") else _by_line(data["quantities"], reader)
    return f"Canceled {what}: {_quoted(data['reason'])}."


def _hold_placed(data: Data, _: Reader) -> str:
    reason = f": {_quoted(data['reason'])}" if data["reason"] else ""
    return f"Put on hold for {HOLD_WORDS.get(data['kind'], data['kind'])}{reason}; this blocks {_and(data['blocks'])}."


def _hold_resolved(data: Data, _: Reader) -> str:
    hold = HOLD_WORDS.get(data["kind"], data["kind"])
    if data["resolution"] == "expired":
        return f"The time of the hold for {hold} ran out."
    why = f": {_quoted(data['resolution'])}" if data["resolution"] else ""
    return f"Resolved the hold for {hold}{why}."


SENTENCES: dict[str, Callable[[Data, Reader], str]] = {
    "order.captured": _captured,
    "order.lines_canceled": _canceled,
    "order.hold_placed": _hold_placed,
    "order.hold_resolved": _hold_resolved,
}


def sentence(kind: str, data: Data, reader: Reader) -> str:
    """What happened, in words."""
    if kind in SENTENCES:
        return SENTENCES[kind](data, reader)
    facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in data.items() if name != "number")
    return f"{kind.replace('.', ': ').replace('_', ' ')} ({facts})" if facts else kind


def actor_words(actor: str, names: Mapping[str, str]) -> str:
    """Who did it: a person's or a key's name, or the part of the system."""
    if actor in names:
        return names[actor]
    if actor.startswith(("user:", "key:")):
        return "someone who is no longer here"
    return _ACTORS.get(actor, actor)


def _by_line(quantities: Mapping[str, int], reader: Reader) -> str:
    return _and(
        [
            f"{reader.number(units)} {plural(units, 'unit')} of line {line}"
            for line, units in quantities.items()
        ]
    )


def _and(words: list[str] | tuple[str, ...]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _quoted(text: str) -> str:
    return f"“{text.rstrip('.')}”"
