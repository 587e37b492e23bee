"""Signing in and out. Whatever was wrong, there is one sentence for it, so that nobody learns which names exist."""

from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from commissary.domain.security.types import Secret, SignIn
from commissary.entry.console.forms import form_of
from commissary.entry.console.pages import Pages, redirect
from commissary.entry.console.places import local_place, sign_in_address
from commissary.entry.console.reader import reader_of
from commissary.flows.security.sign_in import SESSION_LIFE, sign_in
from commissary.flows.security.sign_out import sign_out
from commissary.kernel.decision import Refusal
from commissary.platform.errors import Unavailable
from commissary.platform.http.caller import PUBLIC
from commissary.platform.http.session_cookie import (
    SESSION_COOKIE,
    ended_session_cookie,
    is_https,
    session_cookie,
)
from commissary.platform.tokens import read_session_token
from commissary.views.organizations import organization_names
from commissary.wiring import Application

_LONGEST = 400  # no name and no password that anyone has is longer


def sign_in_handlers(app: Application, pages: Pages) -> list[HTTPRouteHandler]:
    """The way in and the way out."""
    door = _SignIn(app, pages)
    return [
        pages.route("GET", "/console/sign-in", PUBLIC, door.form),
        pages.route("POST", "/console/sign-in", PUBLIC, door.enter),
        pages.route("POST", "/console/sign-out", PUBLIC, door.leave),
    ]


class _SignIn:
    def __init__(self, app: Application, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def form(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        place = local_place(request.query_params.get("next", ""))
        if reader_of(request).signed_in:
            return redirect(place)
        return await self._show(request, place)

    async def enter(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        form = await form_of(request)
        place = local_place(form.get("next", ""))
        organization = form.get("organization", "").strip().lower()
        name, password = form.get("name", ""), form.get("password", "")
        if max(len(organization), len(name), len(password)) > _LONGEST:
            return await self._show(request, place, refused=True, form=form)
        answer = await sign_in(self._app.database, organization, SignIn(name, Secret(password)))
        if isinstance(answer, Refusal):
            return await self._show(request, place, refused=True, form=form)
        life_s = int(SESSION_LIFE.total_seconds())
        cookie = session_cookie(answer.token.reveal(), life_s, secure=is_https(request))
        return redirect(place, headers={"set-cookie": cookie})

    async def leave(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        token = read_session_token(request.cookies.get(SESSION_COOKIE, ""))
        # Who the guard does not know has no valid session, or a form that is not of this session.
        if token is None or not reader_of(request).signed_in:
            return redirect(sign_in_address(""))
        async with self._app.database.transaction(token.organization) as db:
            await sign_out(db, token.digest)
        return redirect("/console/sign-in?left=1", headers={"set-cookie": ended_session_cookie()})

    async def _show(
        self,
        request: Request[Any, Any, Any],
        place: str,
        *,
        refused: bool = False,
        form: dict[str, str] | None = None,
    ) -> Response[bytes]:
        given = form or {}
        return self._pages.render(
            "sign_in.html",
            reader_of(request),
            status=401 if refused else 200,
            place=place,
            refused=refused,
            left=request.query_params.get("left") == "1",
            only=await self._only_organization(),
            organization=given.get("organization", "")[:_LONGEST],
            name=given.get("name", "")[:_LONGEST],
        )

    async def _only_organization(self) -> str | None:
        """The one organization there is; None when there are several, none of which is told to strangers."""
        try:
            async with self._app.database.shared() as db:
                names = await organization_names(db, 2)
        except Unavailable:
            return None
        return names[0] if len(names) == 1 else None
