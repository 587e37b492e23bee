"""What can be done on an order's page: cancel after a preview, place a hold, resolve one.

Every form carries the version of the order that the reader saw. When someone changed the order since, nothing is done
and the page shows what happened meanwhile; a form that is sent twice meets the same check, so it acts once.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from litestar import Request

from commissary.domain.orders.rules.holds import BLOCKED_BY
from commissary.domain.orders.types import CancelLine, CancelOrder
from commissary.entry.console.cancel_preview import LineEffect, effect_of
from commissary.entry.console.forms import form_of
from commissary.entry.console.reader import reader_of
from commissary.flows.orders.cancel import Cancellation, cancel
from commissary.flows.orders.hold import PlaceHold, ResolveHold, place_holds, resolve_hold
from commissary.kernel.decision import Refusal
from commissary.platform.db import Db
from commissary.platform.errors import TryAgain, Unavailable
from commissary.platform.http.caller import Caller
from commissary.platform.http.problems import Problem
from commissary.views.order_stock import held_by_line
from commissary.views.orders import OrderView, whole_order
from commissary.wiring import Application

_TRIES = 4
_LONGEST_REASON = 200
_LINE = "line-"


class Acting(NamedTuple):
    app: Application
    request: Request[Any, Any, Any]

    @property
    def caller(self) -> Caller:
        return reader_of(self.request).caller

    @property
    def number(self) -> str:
        return str(self.request.path_params["number"])


class Acted(NamedTuple):
    """`done` names what was done; else `refusal` or the `effects` of a preview. `form` is what was sent."""

    form: Mapping[str, str]
    done: str = ""
    refusal: Refusal | None = None
    effects: list[LineEffect] | None = None


class _Refused(Exception):
    """Carries a refusal out of a transaction, so that the transaction rolls back."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal


Act = Callable[[Acting], Awaitable[Acted]]
Work = Callable[[Db, OrderView], Awaitable[Refusal | None]]


async def cancel_act(acting: Acting) -> Acted:
    """Preview a cancellation, or do it once it is confirmed."""
    form = await form_of(acting.request)
    command = _cancel_command(form)
    if isinstance(command, Refusal):
        return Acted(form, refusal=command)
    if form.get("confirmed") != "yes":
        return await _preview(acting, form, command)

    async def work(db: Db, order: OrderView) -> Refusal | None:
        cancellation = Cancellation(order.number, command, order.version)
        (answer,) = await cancel(db, acting.caller.id, [cancellation])
        return answer if isinstance(answer, Refusal) else None

    return await _changing(acting, form, "canceled", work)


async def place_hold_act(acting: Acting) -> Acted:
    """Put the order, or one of its lines, on hold."""
    form = await form_of(acting.request)
    kind, reason, line = form.get("kind", ""), form.get("reason", "").strip(), form.get("line", "")
    if kind not in BLOCKED_BY:
        return Acted(form, refusal=Refusal("hold_kind_unknown", {"kind": kind[:40]}))
    if len(reason) > _LONGEST_REASON:
        return Acted(form, refusal=_unfit("Write the reason in at most 200 characters."))
    if line and not _is_number(line):
        return Acted(form, refusal=_unfit("Choose a line of this order."))
    expires_at = _instant(form.get("until", ""), acting)
    if isinstance(expires_at, Refusal):
        return Acted(form, refusal=expires_at)

    async def work(db: Db, order: OrderView) -> Refusal | None:
        command = PlaceHold(order.number, kind, reason, expires_at, int(line) if line else None)
        (answer,) = await place_holds(db, acting.caller.id, [command])
        return answer if isinstance(answer, Refusal) else None

    return await _changing(acting, form, "held", work)


async def resolve_hold_act(acting: Acting) -> Acted:
    """End a hold with a resolution in words."""
    form = await form_of(acting.request)
    resolution = form.get("resolution", "").strip()
    if not 1 <= len(resolution) <= _LONGEST_REASON:
        return Acted(form, refusal=_unfit("Say how the hold was settled, in 1 to 200 characters."))
    hold_id = UUID(str(acting.request.path_params["hold_id"]))

    async def work(db: Db, order: OrderView) -> Refusal | None:
        return await resolve_hold(db, acting.caller.id, ResolveHold(order.number, hold_id, resolution))

    return await _changing(acting, form, "resolved", work)


async def _preview(acting: Acting, form: Mapping[str, str], command: CancelOrder) -> Acted:
    async with acting.app.database.transaction(acting.caller.organization, read_only=True) as db:
        order = await _seen_order(db, acting)
        if stale := _stale(form, order):
            return Acted(form, refusal=stale)
        for hold in order.holds:
            live = hold.resolved_at is None and (hold.expires_at is None or hold.expires_at > db.now)
            if live and "cancel" in hold.blocks:
                return Acted(form, refusal=Refusal("order_on_hold", {"kind": hold.kind, "step": "cancel"}))
        effect = effect_of(order, await held_by_line(db, order.id), command)
    if isinstance(effect, Refusal):
        return Acted(form, refusal=effect)
    return Acted(form, effects=effect)


async def _changing(acting: Acting, form: Mapping[str, str], done: str, work: Work) -> Acted:
    """Do the work on the version that the reader saw, or nothing at all."""
    for _ in range(_TRIES):
        try:
            async with acting.app.database.transaction(acting.caller.organization) as db:
                order = await _seen_order(db, acting)
                if refusal := _stale(form, order) or await work(db, order):
                    raise _Refused(refusal)
                after = await _seen_order(db, acting)
                # The flow locked the order and counted one up; anything else means that a rival came between.
                if after.version != order.version + 1:
                    raise _Refused(_changed(order.version, after.version - 1))
            return Acted(form, done=done)
        except _Refused as refused:
            return Acted(form, refusal=refused.refusal)
        except TryAgain:
            continue
    raise Unavailable("Other writers were always first.")


async def _seen_order(db: Db, acting: Acting) -> OrderView:
    number = acting.number
    order = None if "\x00" in number else await whole_order(db, number, acting.caller.location_ids)
    if order is None:
        raise Problem("order_unknown", number=number.replace("\x00", ""))
    return order


def _stale(form: Mapping[str, str], order: OrderView) -> Refusal | None:
    version = form.get("version", "")
    if not _is_number(version):
        return _unfit(
            "Reload the page and try again: the form does not say which version of the order it is for."
        )
    return None if int(version) == order.version else _changed(int(version), order.version)


def _changed(expected: int, current: int) -> Refusal:
    return Refusal("version_stale", {"expected": expected, "current": current})


def _cancel_command(form: Mapping[str, str]) -> CancelOrder | Refusal:
    reason = form.get("reason", "").strip()
    if not 1 <= len(reason) <= _LONGEST_REASON:
        return _unfit("Give a reason in 1 to 200 characters.")
    lines = []
    for name, text in form.items():
        units = text.strip()
        if not name.startswith(_LINE) or units in ("", "0"):
            continue
        number = name.removeprefix(_LINE)
        if not _is_number(number) or not _is_number(units):
            return _unfit("Units are whole numbers.")
        lines.append(CancelLine(int(number), int(units)))
    if form.get("whole") == "yes":
        return CancelOrder(reason)
    if not lines:
        return _unfit("Say how many units of which line, or choose the whole order.")
    try:
        return msgspec.convert(msgspec.to_builtins(CancelOrder(reason, tuple(lines))), CancelOrder)
    except msgspec.ValidationError:
        return _unfit("Units are whole numbers from 1 on.")


def _instant(text: str, acting: Acting) -> datetime | Refusal | None:
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
        return local.replace(tzinfo=reader_of(acting.request).zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return _unfit("Write the time as 2026-03-29T14:30.")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _unfit(reason: str) -> Refusal:
    return Refusal("body_invalid", {"reason": reason})
