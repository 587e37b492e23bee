"""What the retailer sells: a house and garden range in ten families, drawn from a seed.

A few items are *awaited*: customers order them already, but nothing has come in yet, so they are backordered.
GTINs lie in the range that GS1 keeps for use inside one company (prefix 29), so none is the number of a real product.
"""

from itertools import product
from random import Random
from typing import NamedTuple

AWAITED_SHARE = 0.04


class Item(NamedTuple):
    """`popularity` is a weight; the price has no tax taken off: it is what a consumer pays for one."""

    sku: str
    name: str
    family: str
    gtin: str
    weight_g: int
    sides_mm: tuple[int, int, int]
    price_minor: int
    popularity: float
    awaited: bool


class Family(NamedTuple):
    """A family's items are its nouns in its finishes. Weight in grams and price in cents, each lowest and highest."""

    code: str
    name: str
    nouns: tuple[str, ...]
    finishes: tuple[str, ...]
    weight_g: tuple[int, int]
    price_minor: tuple[int, int]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


_GLAZES = _words("sand, sea green, night blue, chalk, terracotta")
_WOODS = _words("oak, ash, walnut, beech, birch")
FAMILIES = (
    Family(
        "TAB",
        "Tableware",
        _words("Dinner plate, Soup bowl, Mug, Serving dish, Egg cup, Jug"),
        _GLAZES,
        (120, 1600),
        (690, 4490),
    ),
    Family(
        "KIT",
        "Kitchen",
        _words("Cutting board, Rolling pin, Spice rack, Salad servers, Bread bin, Pepper mill"),
        _WOODS,
        (150, 2800),
        (1290, 7990),
    ),
    Family(
        "LGT",
        "Lighting",
        _words("Table lamp, Pendant, Floor lamp, Wall light, Lantern, Reading lamp"),
        _words("brass, black, white, smoked glass, paper"),
        (400, 6500),
        (2490, 18900),
    ),
    Family(
        "TXT",
        "Textiles",
        _words("Throw, Cushion cover, Tea towel, Bath towel, Table runner, Curtain"),
        _words("linen, moss, ochre, rust, indigo"),
        (90, 1900),
        (990, 8990),
    ),
    Family(
        "GRD",
        "Garden",
        _words("Watering can, Hand fork, Planter, Bird feeder, Kneeling pad, Secateurs"),
        _words("small, medium, large, copper, zinc"),
        (200, 5200),
        (890, 6990),
    ),
    Family(
        "BTH",
        "Bath",
        _words("Soap dish, Tumbler, Bath mat, Towel rail, Mirror, Laundry basket"),
        _words("white, stone, bamboo, black, blue"),
        (140, 4200),
        (790, 9990),
    ),
    Family(
        "TOY",
        "Toys",
        _words("Building blocks, Puzzle, Pull-along duck, Stacking tower, Marble run, Tea set"),
        _words("rainbow, natural, forest, sea, farm"),
        (180, 2400),
        (1190, 5990),
    ),
    Family(
        "STO",
        "Storage",
        _words("Crate, Wall shelf, Basket, Coat rack, Shoe bench, Magazine file"),
        _WOODS,
        (350, 9800),
        (1490, 15900),
    ),
    Family(
        "PAP",
        "Stationery",
        _words("Notebook, Desk calendar, Fountain pen, Letter set, Pencil case, Sketch pad"),
        _words("red, green, blue, gray, plain"),
        (40, 700),
        (390, 3490),
    ),
    Family(
        "OUT",
        "Outdoor",
        _words("Picnic blanket, Cool bag, Camp stool, Water bottle, Rucksack, Hammock"),
        _words("olive, navy, sand, coral, charcoal"),
        (160, 3900),
        (1290, 11900),
    ),
)
_RANGE = [
    (family, f"{noun}, {finish}")
    for family, members in ((f, list(product(f.nouns, f.finishes))) for f in FAMILIES)
    for noun, finish in members
]
RANGE_SIZE = len(_RANGE)


def check_digit(digits: str) -> str:
    """The last digit of a GTIN whose other digits are these (GS1 General Specifications §7.9)."""
    weighted = sum(int(digit) * (3, 1)[index % 2] for index, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def draw_items(seed: int, count: int) -> tuple[Item, ...]:
    """The first `count` items of the range, families in turn, the popular ones much more popular than the rest."""
    size = len(_RANGE) // len(FAMILIES)
    in_turn = [_RANGE[family * size + member] for member in range(size) for family in range(len(FAMILIES))]
    return tuple(_item(seed, index, *entry) for index, entry in enumerate(in_turn[:count]))


def _item(seed: int, index: int, family: Family, name: str) -> Item:
    rng = Random(f"{seed} item {index}")  # noqa: S311 (chance, not secrecy)
    body = f"29{index + 1:010}"
    lowest, highest = family.price_minor
    # People price things at 4.90 and 12.99, not at 12.37.
    price = round(lowest * (highest / lowest) ** rng.random(), -2) - rng.choice((1, 5, 10))
    return Item(
        sku=f"{family.code}-{index // len(FAMILIES) + 1:04}",
        name=name,
        family=family.name,
        gtin=body + check_digit(body),
        weight_g=rng.randint(*family.weight_g),
        sides_mm=(rng.randint(60, 600), rng.randint(40, 400), rng.randint(20, 300)),
        price_minor=max(99, int(price)),
        popularity=1.0 / rng.randint(1, 60),
        awaited=index > 0 and rng.random() < AWAITED_SHARE,
    )
