"""What makes a good location, and what a batch of locations or groups does to the network."""

from typing import Any

import pytest

from commissary.domain.network.rules.location import checked_location
from commissary.domain.network.rules.put_group import checked_group, decide_put_groups, group_facts
from commissary.domain.network.rules.put_location import decide_put_locations, location_facts
from commissary.domain.network.types import (
    GroupPut,
    GroupRow,
    LocationPut,
    Membership,
    Place,
    PutGroup,
    PutLocation,
    Surroundings,
)
from commissary.kernel.address import Address
from commissary.kernel.decision import Refusal

PARIS = Address(country="FR", city="Paris", phone="+33100000000")

# what is sent                                              refused as                  at
LOCATIONS: list[tuple[dict[str, Any], str | None, str]] = [
    ({}, None, ""),
    ({"code": "S\u200b1"}, "location_code_invalid", "/code"),
    ({"name": "\x00"}, "location_name_invalid", "/name"),
    ({"kind": "shop"}, "location_kind_unknown", "/kind"),
    ({"address": Address(country="France")}, "country_invalid", "/address/country"),
    ({"address": Address(country="fr")}, "country_invalid", "/address/country"),
    ({"address": Address(country="FR", city="a\x00")}, "address_invalid", "/address/city"),
    ({"address": Address(country="FR", lines=("a",) * 7)}, "address_invalid", "/address/lines"),
    ({"address": Address(country="FR", lines=("a", "b" * 201))}, "address_invalid", "/address/lines/1"),
    ({"time_zone": "UTC"}, None, ""),
    ({"time_zone": "America/Indiana/Indianapolis"}, None, ""),
    ({"time_zone": "Europe/Atlantis"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "europe/paris"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "Europe"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "America/Indiana"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "CET"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "+02:00"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "localtime"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "Europe/../Europe/Paris"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "Europe/\x00"}, "time_zone_unknown", "/time_zone"),
    ({"time_zone": "Europe/" + "x" * 9999}, "time_zone_unknown", "/time_zone"),
    ({"latitude": 48.85, "longitude": 2.35}, None, ""),
    ({"latitude": 48.85}, "coordinates_incomplete", "/longitude"),
    ({"longitude": 2.35}, "coordinates_incomplete", "/latitude"),
    ({"latitude": 90.1, "longitude": 0.0}, "coordinates_invalid", "/latitude"),
    ({"latitude": float("nan"), "longitude": 0.0}, "coordinates_invalid", "/latitude"),
    ({"latitude": 0.0, "longitude": -181.0}, "coordinates_invalid", "/longitude"),
    ({"capabilities": ("pickup", "fly")}, "capability_unknown", "/capabilities/1"),
    ({"processing_lead_time_s": -1}, "lead_time_invalid", "/processing_lead_time_s"),
    ({"processing_lead_time_s": 10**23}, "lead_time_invalid", "/processing_lead_time_s"),
    ({"opening_hours": {"monday": [["9", "18"]]}}, "opening_hours_invalid", "/opening_hours/monday/0"),
    ({"attributes": {"size": 1}}, "attribute_undeclared", "/attributes/size"),
]


def _command(**changes: Any) -> PutLocation:
    fields = {"code": "S1", "name": "Store 1", "kind": "store", "address": PARIS, "time_zone": "Europe/Paris"}
    return PutLocation(**{**fields, **changes})


@pytest.mark.parametrize(("sent", "code", "field"), LOCATIONS)
def test_locations(sent: dict[str, Any], code: str | None, field: str) -> None:
    answer = checked_location(_command(**sent), {})
    if code is None:
        assert isinstance(answer, PutLocation)
    else:
        assert isinstance(answer, Refusal) and (answer.code, answer.field) == (code, field)


EAST = GroupRow(7, "EAST", "East", True, 1)
WEST = GroupRow(8, "WEST", "West", True, 1)
CITY = GroupRow(9, "CITY", "City", False, 1)
GROUPS = {group.code: group for group in (EAST, WEST, CITY)}


def _kept(group: str | None, stocked: bool) -> Surroundings:
    """The network after S1 was put into this group."""
    _, changes = decide_put_locations(
        [_command(reserving_group=group)], Surroundings({}, GROUPS, frozenset())
    )
    location = changes.created[0]._replace(id=1)
    return Surroundings({"S1": location}, GROUPS, frozenset({1}) if stocked else frozenset())


# was in   wants    holds stock   what becomes of it
MOVES: list[tuple[str | None, str | None, bool, str]] = [
    (None, None, True, "unchanged"),
    (None, "EAST", False, "changed"),
    (None, "EAST", True, "location_has_stock"),
    ("EAST", "WEST", False, "changed"),
    ("EAST", "WEST", True, "location_has_stock"),
    ("EAST", None, True, "location_has_stock"),
    ("EAST", None, False, "changed"),
    ("EAST", "EAST", True, "unchanged"),
    ("EAST", "CITY", False, "location_group_not_reserving"),
    ("EAST", "MOON", False, "location_group_unknown"),
]


@pytest.mark.parametrize(("was_in", "wants", "stocked", "outcome"), MOVES)
def test_stock_keeps_a_location_in_its_group(
    was_in: str | None, wants: str | None, stocked: bool, outcome: str
) -> None:
    (answer,), _ = decide_put_locations([_command(reserving_group=wants)], _kept(was_in, stocked))
    assert (answer.outcome if isinstance(answer, LocationPut) else answer.code) == outcome


def test_facts_say_what_changed_but_no_address() -> None:
    before = _kept("EAST", stocked=False)
    moved = _command(reserving_group=None, address=Address(country="FR", phone="+33199999999"))
    _, changes = decide_put_locations([moved], before)
    (fact,) = location_facts(changes, before)
    assert (fact.KIND, fact.subject) == ("location.changed", "S1")
    assert getattr(fact, "fields") == ("address", "reserving_group")  # noqa: B009
    assert getattr(fact, "before") == {"reserving_group": "EAST"}  # noqa: B009
    assert getattr(fact, "after") == {"reserving_group": None}  # noqa: B009


S1, S2, S3 = Place(1, "S1", 1, 7), Place(2, "S2", 1, None), Place(3, "S3", 1, 8)
MEMBERSHIP = Membership(
    GROUPS,
    {"S1": S1, "S2": S2, "S3": S3},
    {"EAST": frozenset({"S1"}), "WEST": frozenset({"S3"}), "CITY": frozenset({"S1"})},
    frozenset({1}),
)


def _group(code: str, *locations: str, **changes: Any) -> PutGroup:
    reserving = code not in ("CITY", "NEW")
    return PutGroup(
        **{"code": code, "name": code.title(), "reserving": reserving, "locations": locations, **changes}
    )


# the batch                                                     what becomes of it
BATCHES: list[tuple[list[PutGroup], list[str]]] = [
    ([_group("EAST", "S1")], ["unchanged"]),
    ([_group("EAST", locations=None)], ["unchanged"]),
    ([_group("EAST", name="Far east", locations=None)], ["changed"]),
    ([_group("EAST", "S1", "S2")], ["changed"]),
    ([_group("EAST")], ["location_has_stock"]),
    ([_group("WEST")], ["changed"]),
    ([_group("WEST", "S3", "S1")], ["location_in_other_group"]),
    ([_group("WEST", "S3", "S2"), _group("EAST", "S1", "S2")], ["changed", "location_in_other_group"]),
    ([_group("CITY", "S1", "S2", "S3")], ["changed"]),
    ([_group("CITY", "S9")], ["location_unknown"]),
    ([_group("CITY", reserving=True)], ["location_group_kind_fixed"]),
    ([_group("NEW", "S1")], ["created"]),
    ([_group("NEW", "S2", reserving=True)], ["created"]),
    ([_group("NEW"), _group("NEW")], ["created", "location_group_twice"]),
    ([_group("EAST", "S1", expected_version=2)], ["version_stale"]),
    ([_group(""), _group("CITY", "S1", name="\x00")], ["location_group_code_invalid", "location_group_name_invalid"]),
]  # fmt: skip


@pytest.mark.parametrize(("batch", "outcomes"), BATCHES)
def test_groups(batch: list[PutGroup], outcomes: list[str]) -> None:
    answers, _ = decide_put_groups([checked_group(command) for command in batch], MEMBERSHIP)
    assert [a.outcome.value if isinstance(a, GroupPut) else a.code for a in answers] == outcomes


def test_group_facts_name_who_came_and_went() -> None:
    _, changes = decide_put_groups([_group("WEST", "S2")], MEMBERSHIP)
    group, entered, left = group_facts(changes, MEMBERSHIP)
    assert (getattr(group, "entered"), getattr(group, "left")) == (("S2",), ("S3",))  # noqa: B009
    assert (entered.subject, getattr(entered, "after")) == ("S2", {"reserving_group": "WEST"})  # noqa: B009
    assert (left.subject, getattr(left, "after")) == ("S3", {"reserving_group": None})  # noqa: B009
