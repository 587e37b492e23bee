"""Reading what came in, strictly: one meaning for every body, bounds before decoding, and the field named in errors.

JSON lets an object name a key twice, and two readers may then see two orders in one body; so that is refused. NUL
cannot be stored by the database; lone surrogates are no text. Numbers beyond 64 bits and deep nesting are refused by
the typed decoder, which only ever builds what the schema names.
"""

import json
import re
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from commissary.platform.http.problems import Problem

T = TypeVar("T")
_PATH = re.compile(r"^(?P<reason>.*) - at `(?P<path>.*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def decode_body(raw: bytes, kind: type[T]) -> T:
    """The body as a value of `kind`. Raises Problem naming the field as a JSON pointer."""
    try:
        value: T = _decoder(kind).decode(raw)  # type: ignore[arg-type]
        _refuse_doubtful(raw)
    except msgspec.ValidationError as error:
        raise _invalid(error, "body_invalid") from None
    except msgspec.DecodeError as error:
        raise Problem("body_malformed", reason=str(error)) from None
    except UnicodeDecodeError:
        raise Problem("body_malformed", reason="it is not UTF-8") from None
    except RecursionError:
        raise Problem("body_too_deep") from None
    return value


def convert_query(given: dict[str, str], kind: type[T]) -> T:
    """Query parameters as a value of `kind`; text is turned into numbers, dates and flags as the type asks."""
    for name, text in given.items():
        if "\x00" in text:
            raise Problem("query_invalid", field=name, reason=f"{name} holds a NUL character.")
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error, "query_invalid") from None


def _invalid(error: msgspec.ValidationError, code: str) -> Problem:
    match = _PATH.match(str(error))
    reason, path = (match["reason"], match["path"]) if match else (str(error), "$")
    steps = [name or index for name, index in _STEP.findall(path)]
    pointer = "".join(f"/{step}" for step in steps)
    missing = re.search(r"missing required field `(\w+)`", reason)
    extra = re.search(r"contains unknown field `(.+)`", reason)
    if named := missing or extra:
        pointer += f"/{named[1]}"
    return Problem(code, field=pointer, reason=f"{pointer or 'The body'}: {reason}.")


def _refuse_doubtful(raw: bytes) -> None:
    if b"\\u0000" in raw:
        _refuse_nul(json.loads(raw), "")
    try:
        json.loads(raw, object_pairs_hook=_refuse_twins)
    except _Twins:
        pointer = _first_twin(json.loads(raw, object_pairs_hook=_Pairs), "")
        raise Problem("body_key_twice", key=pointer.rpartition("/")[2], field=pointer) from None


class _Twins(Exception):
    """An object names a key twice; where it stands is looked up only then."""


class _Pairs(list[tuple[str, Any]]):
    """An object as its pairs, told apart from an array."""


def _refuse_twins(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise _Twins


def _first_twin(value: Any, pointer: str) -> str:
    """The pointer of the first key that stands twice, outermost object first; empty when there is none here."""
    steps = value if isinstance(value, _Pairs) else enumerate(value) if isinstance(value, list) else ()
    seen = set()
    for step, _ in value if isinstance(value, _Pairs) else ():
        if step in seen:
            return f"{pointer}/{step}"
        seen.add(step)
    found = (_first_twin(inner, f"{pointer}/{step}") for step, inner in steps)
    return next((twin for twin in found if twin), "")


def _refuse_nul(value: Any, pointer: str) -> None:
    if isinstance(value, str) and "\x00" in value:
        raise Problem("body_invalid", field=pointer, reason=f"{pointer} holds a NUL character.")
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_nul(key, pointer)
            _refuse_nul(inner, f"{pointer}/{key}")
    if isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_nul(inner, f"{pointer}/{index}")
