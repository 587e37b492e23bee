"""The order page: what was ordered, what became of each unit, what stands in the way, and everything that happened."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from commissary.domain.orders.rules.holds import BLOCKED_BY
from commissary.domain.security.types import Permission
from commissary.entry.console.cancel_preview import LineEffect, cancelable_units
from commissary.entry.console.order_actions import Act, Acting, cancel_act, place_hold_act, resolve_hold_act
from commissary.entry.console.order_person import Person, open_person, sealed_person
from commissary.entry.console.pages import Pages, is_htmx, redirect
from commissary.entry.console.reader import Reader, reader_of
from commissary.entry.console.sentences import actor_words, sentence
from commissary.kernel.decision import Refusal
from commissary.platform.http.problems import Problem, ProblemKind, problem_body
from commissary.views.actors import actor_names
from commissary.views.order_stock import HeldForLine, held_by_line
from commissary.views.orders import HoldView, OrderView, TimelineEvent, timeline, whole_order
from commissary.wiring import Application

_DONE = {
    "canceled": "The units are canceled.",
    "held": "The hold is placed.",
    "resolved": "The hold is resolved.",
}


class Happening(NamedTuple):
    """A line of the timeline; `is_new` when it came after what the reader saw last."""

    event: TimelineEvent
    words: str
    actor: str
    is_new: bool


class Shown(NamedTuple):
    """All that the page tells."""

    reader: Reader
    order: OrderView
    held: list[HeldForLine]
    holds: list[HoldView]
    past_holds: list[HoldView]
    happenings: list[Happening]
    person: Person


class Notice(NamedTuple):
    """What an action came to: a refusal, the preview of a cancellation, or what is done."""

    refusal: Refusal | None = None
    effects: list[LineEffect] | None = None
    form: Mapping[str, str] = {}
    done: str = ""


def order_handlers(
    app: Application, pages: Pages, problems: Mapping[str, ProblemKind]
) -> list[HTTPRouteHandler]:
    """The page of an order, and what can be done there."""
    door = _Order(app, pages, problems)
    number = "/console/orders/{number:str}"
    return [
        pages.route("GET", number, Permission.ORDERS_READ, door.page),
        pages.route("POST", f"{number}/cancel", Permission.ORDERS_CANCEL, door.acting(cancel_act)),
        pages.route("POST", f"{number}/holds", Permission.ORDERS_HOLD, door.acting(place_hold_act)),
        pages.route(
            "POST",
            f"{number}/holds/{{hold_id:uuid}}/resolve",
            Permission.ORDERS_HOLD,
            door.acting(resolve_hold_act),
        ),
    ]


class _Order:
    def __init__(self, app: Application, pages: Pages, problems: Mapping[str, ProblemKind]) -> None:
        self._app = app
        self._pages = pages
        self._problems = problems

    async def page(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        done = _DONE.get(request.query_params.get("done", ""), "")
        return self._show(await self._load(request), Notice(done=done))

    def acting(self, act: Act) -> Any:
        """The handler of an action: done, it leads back to the page; else the page says why not."""

        async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
            acted = await act(Acting(self._app, request))
            if acted.done:
                # The address as it came: a redirect must not decode a number with odd characters.
                path = request.scope["raw_path"].decode("ascii").partition("?")[0]
                back = "/".join(path.split("/")[:4])
                return redirect(f"{back}?done={acted.done}")
            shown = await self._load(request, acted.form.get("seen", ""))
            notice = Notice(acted.refusal, acted.effects, acted.form)
            return self._show(shown, notice, part=is_htmx(request))

        return handle

    async def _load(self, request: Request[Any, Any, Any], seen: str = "") -> Shown:
        caller = reader_of(request).caller
        number = request.path_params["number"]
        async with self._app.database.transaction(caller.organization, read_only=True) as db:
            order = None if "\x00" in number else await whole_order(db, number, caller.location_ids)
            if order is None:
                raise Problem("order_unknown", number=number.replace("\x00", ""))
            events = await timeline(db, order.id)
            names = await actor_names(db, [e.actor for e in events] + [h.placed_by for h in order.holds])
            held = await held_by_line(db, order.id)
            sealed = await sealed_person(db, order)
            reader = reader_of(request, db.now)
        active = [h for h in order.holds if h.resolved_at is None and not _over(h, reader)]
        return Shown(
            reader=reader,
            order=order,
            held=held,
            holds=active,
            past_holds=[hold for hold in order.holds if hold not in active],
            happenings=_happenings(events, names, reader, seen),
            person=await open_person(self._app, reader, order, sealed),
        )

    def _show(self, shown: Shown, notice: Notice, *, part: bool = False) -> Response[bytes]:
        problem = problem_body(notice.refusal, self._problems) if notice.refusal else None
        order = shown.order
        return self._pages.render(
            "cancel_preview.html" if part else "order.html",
            shown.reader,
            status=problem.status if problem else 200,
            section="Orders",
            **{name: value for name, value in shown._asdict().items() if name != "reader"},
            problem=problem,
            effects=notice.effects,
            form=notice.form,
            done=notice.done,
            cancelable={line.line_number: cancelable_units(line) for line in order.lines},
            hold_kinds=tuple(BLOCKED_BY),
            last_seen=str(shown.happenings[-1].event.id) if shown.happenings else "",
        )


def _over(hold: HoldView, reader: Reader) -> bool:
    return hold.expires_at is not None and hold.expires_at <= reader.now


def _happenings(
    events: list[TimelineEvent], names: Mapping[str, str], reader: Reader, seen: str
) -> list[Happening]:
    known = [index for index, event in enumerate(events) if str(event.id) == seen]
    begin_of_new = known[0] + 1 if known else len(events)
    return [
        Happening(
            event,
            sentence(event.kind, msgspec.json.decode(event.data), reader),
            actor_words(event.actor, names),
            index >= begin_of_new,
        )
        for index, event in enumerate(events)
    ]
