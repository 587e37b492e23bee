"""What a browser sends, read as text: fields of a form, values of a query. What no person types is refused."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request

from commissary.platform.http.problems import Problem

MOST_FIELDS = 5000


async def form_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The fields of a posted form. Raises Problem for files, doubled fields and NUL characters."""
    fields: dict[str, str] = {}
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, str) or name in fields or len(fields) >= MOST_FIELDS:
            raise Problem("body_invalid", reason="This form cannot be read.")
        fields[name] = value
    _refuse_nul(fields, "body_invalid")
    return fields


def query_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The values of the query that are set. Raises Problem for NUL characters."""
    text = request.scope.get("query_string", b"").decode("utf-8", "replace")
    values = {name: value.strip() for name, value in parse_qsl(text, max_num_fields=100)}
    _refuse_nul(values, "query_invalid")
    return {name: value for name, value in values.items() if value}


def day_of(values: Mapping[str, str], name: str) -> date | None:
    """A day such as 2026-03-29, None when none is given. Raises Problem."""
    text = values.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(
            "query_invalid", field=name, reason=f"“{text[:40]}” is no day; write 2026-03-29."
        ) from None


def choice_of(values: Mapping[str, str], name: str, known: tuple[str, ...]) -> str | None:
    """One of the known words, None when none is given. Raises Problem."""
    text = values.get(name)
    if text is not None and text not in known:
        raise Problem("query_invalid", field=name, reason=f"“{text[:40]}” is nothing to choose here.")
    return text


def _refuse_nul(values: Mapping[str, str], code: str) -> None:
    if any("\x00" in name or "\x00" in value for name, value in values.items()):
        raise Problem(code, reason="A NUL character is no text.")
