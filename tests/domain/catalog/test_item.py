"""What makes a good item, as a merchant would say it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from commissary.domain.catalog.rules.gtin import canonical_gtin
from commissary.domain.catalog.rules.item import checked_item
from commissary.domain.catalog.types import MAX_MEASURE, PutItem
from commissary.kernel.attributes import AttributeKind
from commissary.kernel.decision import Refusal

DECLARED = {"color": AttributeKind.TEXT, "fragile": AttributeKind.YES_NO, "volume": AttributeKind.NUMBER}

# what is sent                                           refused as               at
ITEMS: list[tuple[dict[str, Any], str | None, str]] = [
    ({}, None, ""),
    ({"sku": ""}, "sku_invalid", "/sku"),
    ({"sku": "A\u200bB"}, "sku_invalid", "/sku"),
    ({"sku": "x" * 5000}, "sku_invalid", "/sku"),
    ({"name": "  "}, "item_name_invalid", "/name"),
    ({"name": "a\x00"}, "item_name_invalid", "/name"),
    ({"name": "x" * 5000}, "item_name_invalid", "/name"),
    ({"name": "Tasse \U0001f600"}, None, ""),
    ({"weight_g": 0}, None, ""),
    ({"weight_g": -1}, "measure_invalid", "/weight_g"),
    ({"height_mm": MAX_MEASURE}, None, ""),
    ({"height_mm": 10**23}, "measure_invalid", "/height_mm"),
    ({"picture_url": "https://shop.example/a.jpg?w=1"}, None, ""),
    ({"picture_url": "HTTP://shop.example"}, None, ""),
    ({"picture_url": "/pictures/a.jpg"}, None, ""),
    ({"picture_url": "pictures/a:b.jpg"}, "picture_url_invalid", "/picture_url"),
    ({"picture_url": "javascript:alert(1)"}, "picture_url_invalid", "/picture_url"),
    ({"picture_url": " javascript:alert(1)"}, "picture_url_invalid", "/picture_url"),
    ({"picture_url": "java\tscript:alert(1)"}, "picture_url_invalid", "/picture_url"),
    ({"picture_url": "data:image/png;base64,AA"}, "picture_url_invalid", "/picture_url"),
    ({"picture_url": "//elsewhere.example/a.jpg"}, "picture_url_invalid", "/picture_url"),
    ({"picture_url": "/\\elsewhere.example/a.jpg"}, "picture_url_invalid", "/picture_url"),
    ({"picture_url": "https://user@shop.example/a.jpg"}, "picture_url_invalid", "/picture_url"),
    ({"picture_url": ""}, "picture_url_invalid", "/picture_url"),
    ({"gtins": ("4006381333931", "96385074")}, None, ""),
    ({"gtins": ("4006381333931", "4006381333932")}, "gtin_invalid", "/gtins/1"),
    ({"gtins": ("96385074",) * 51}, "gtins_too_many", "/gtins"),
    ({"attributes": {"color": "red", "fragile": True, "volume": 1.5}}, None, ""),
    ({"attributes": {"size": "L"}}, "attribute_undeclared", "/attributes/size"),
    ({"attributes": {"fragile": "yes"}}, "attribute_kind_wrong", "/attributes/fragile"),
    ({"attributes": {"color": "a\x00"}}, "attribute_kind_wrong", "/attributes/color"),
    ({"attributes": {"volume": float("inf")}}, "attribute_kind_wrong", "/attributes/volume"),
    ({"attributes": {"volume": float("nan")}}, "attribute_kind_wrong", "/attributes/volume"),
]


@pytest.mark.parametrize(("sent", "code", "field"), ITEMS)
def test_items(sent: dict[str, Any], code: str | None, field: str) -> None:
    answer = checked_item(PutItem(**{"sku": "A1", "name": "Cup", **sent}), DECLARED)
    if code is None:
        assert isinstance(answer, PutItem)
    else:
        assert isinstance(answer, Refusal) and (answer.code, answer.field) == (code, field)


def test_what_is_kept_has_one_spelling() -> None:
    command = PutItem(
        sku=" cafe\u0301 ",
        name=" Cafe\u0301",
        gtins=("4006381333931", "04006381333931", "4-006381-333931"),
        attributes={"color": None, "fragile": False},
    )
    kept = checked_item(command, DECLARED)
    assert isinstance(kept, PutItem)
    assert (kept.sku, kept.name) == ("caf\u00e9", "Caf\u00e9")
    assert kept.gtins == ("04006381333931",)
    assert kept.attributes == {"fragile": False}


# what is on the label      what is kept
GTINS: list[tuple[str, str | None]] = [
    ("96385074", "00000096385074"),
    ("614141000036", "00614141000036"),
    ("4006381333931", "04006381333931"),
    ("10614141000415", "10614141000415"),
    ("4006381333930", None),
    ("400638133393", None),
    ("00000000", None),
    ("", None),
    ("٩٦٣٨٥٠٧٤", None),
    ("9" * 100_000, None),
]


@pytest.mark.parametrize(("label", "kept"), GTINS)
def test_gtins(label: str, kept: str | None) -> None:
    assert canonical_gtin(label) == kept


@given(st.integers(1, 10**12 - 1), st.integers(0, 9))
def test_one_wrong_digit_is_always_found(number: int, wrong: int) -> None:
    body = f"{number:012d}"
    good = body + ean.calc_check_digit(body)
    assert canonical_gtin(good) == "0" + good
    if str(wrong) != good[-1]:
        assert canonical_gtin(good[:-1] + str(wrong)) is None
