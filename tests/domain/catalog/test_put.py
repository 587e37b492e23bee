"""What a batch of items does to the catalog as it was."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.catalog.rules.put import decide_put
from commissary.domain.catalog.rules.told import facts_of
from commissary.domain.catalog.types import Catalog, Gtin, Item, ItemPut, PutItem
from commissary.kernel.decision import Refusal

CUP = Item(1, "CUP", "Cup", 300, None, None, None, None, {"volume": 10**23}, True, 4)
PLATE = Item(2, "PLATE", "Plate", None, None, None, None, None, {}, True, 1)
BEFORE = Catalog({"CUP": CUP, "PLATE": PLATE}, {"g1": "CUP", "g2": "CUP", "g3": "PLATE"})
SAME_CUP = PutItem(sku="CUP", name="Cup", weight_g=300, gtins=("g1", "g2"), attributes={"volume": 1e23})


def _outcomes(*commands: PutItem | Refusal) -> list[str]:
    answers, _ = decide_put(commands, BEFORE)
    return [a.outcome.value if isinstance(a, ItemPut) else a.code for a in answers]


def _cup(**changes: Any) -> PutItem:
    return PutItem(**{"sku": "CUP", "name": "Cup", "weight_g": 300, "gtins": ("g1", "g2"),
                      "attributes": {"volume": 1e23}, **changes})  # fmt: skip


def test_outcomes_as_a_merchant_reads_them() -> None:
    new = PutItem(sku="BOWL", name="Bowl")
    table: list[tuple[list[PutItem | Refusal], list[str]]] = [
        # the batch                                                       what becomes of it
        ([new], ["created"]),
        ([SAME_CUP], ["unchanged"]),
        ([_cup(weight_g=None)], ["changed"]),
        ([_cup(gtins=("g1",))], ["changed"]),
        ([_cup(active=False)], ["changed"]),
        ([new, new], ["created", "sku_twice"]),
        ([PutItem(sku="BOWL", name="Bowl", gtins=("g1",))], ["gtin_taken"]),
        ([_cup(gtins=("g2",)), PutItem(sku="BOWL", name="B", gtins=("g1",))], ["changed", "created"]),
        ([PutItem(sku="BOWL", name="B", gtins=("g1",)), _cup(gtins=("g2",))], ["gtin_taken", "changed"]),
        ([PutItem(sku="A", name="A", gtins=("g9",)), PutItem(sku="B", name="B", gtins=("g9",))],
         ["created", "gtin_taken"]),
        ([_cup(expected_version=4)], ["unchanged"]),
        ([_cup(expected_version=3)], ["version_stale"]),
        ([PutItem(sku="BOWL", name="Bowl", expected_version=1)], ["version_stale"]),
        ([PutItem(sku="BOWL", name="Bowl", expected_version=0)], ["created"]),
        ([Refusal("sku_invalid"), new], ["sku_invalid", "created"]),
    ]  # fmt: skip
    for batch, outcomes in table:
        assert _outcomes(*batch) == outcomes


def test_a_gtin_moves_within_a_batch() -> None:
    _, changes = decide_put([_cup(gtins=("g2",)), PutItem(sku="BOWL", name="B", gtins=("g1",))], BEFORE)
    assert changes.dropped_gtins == ["g1"] and changes.added_gtins == [Gtin("g1", "BOWL")]


def test_facts_tell_the_difference() -> None:
    batch = [_cup(weight_g=310, gtins=("g1", "g4")), PutItem(sku="BOWL", name="Bowl", gtins=("g2",))]
    _, changes = decide_put(batch, BEFORE)
    created, changed = facts_of(changes, BEFORE)
    assert (created.KIND, created.subject) == ("item.created", "BOWL")
    assert getattr(created, "item") == {"name": "Bowl", "active": True, "gtins": ["g2"]}  # noqa: B009
    assert (changed.KIND, getattr(changed, "version")) == ("item.changed", 5)  # noqa: B009
    assert getattr(changed, "before") == {"weight_g": 300, "gtins": ["g1", "g2"]}  # noqa: B009
    assert getattr(changed, "after") == {"weight_g": 310, "gtins": ["g1", "g4"]}  # noqa: B009


_COMMANDS = st.builds(
    PutItem,
    sku=st.sampled_from(["CUP", "PLATE", "BOWL", "FORK"]),
    name=st.sampled_from(["Cup", "Plate"]),
    gtins=st.lists(st.sampled_from(["g1", "g2", "g3", "g4"]), unique=True, max_size=3).map(
        lambda g: tuple(sorted(g))
    ),
)


@given(st.lists(_COMMANDS, max_size=6))
def test_batch_equals_its_rows_one_by_one(commands: list[PutItem]) -> None:
    batch: list[PutItem] = list({command.sku: command for command in commands}.values())
    answers, changes = decide_put(batch, BEFORE)
    items, owners = dict(BEFORE.items), dict(BEFORE.owners)
    for command, answer in zip(batch, answers, strict=True):
        (alone,), step = decide_put([command], Catalog(items, owners))
        assert alone == answer
        items |= {item.sku: item for item in [*step.created, *step.changed]}
        owners = {g: s for g, s in owners.items() if g not in step.dropped_gtins}
        owners |= dict(step.added_gtins)
    after = {g: s for g, s in BEFORE.owners.items() if g not in changes.dropped_gtins} | dict(
        changes.added_gtins
    )
    assert after == owners
