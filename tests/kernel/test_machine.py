"""A table of states is closed, reachable and ends where it says; every defect is named."""

from enum import StrEnum

import pytest

from commissary.kernel.machine import Machine, Transition


class Parcel(StrEnum):
    LABELED = "labeled"
    MOVING = "moving"
    DELIVERED = "delivered"
    LOST = "lost"


class Letter(StrEnum):
    WRITTEN = "written"


LABELED, MOVING, DELIVERED, LOST = Parcel

# step       from       to
SOUND = (
    Transition("hand_over", LABELED, MOVING),
    Transition("deliver", MOVING, DELIVERED),
    Transition("lose", LABELED, LOST),
    Transition("lose", MOVING, LOST),
)


def parcels(
    *transitions: Transition[Parcel],
    initial: frozenset[Parcel] = frozenset({LABELED}),
    terminal: frozenset[Parcel] = frozenset({DELIVERED, LOST}),
) -> Machine[Parcel]:
    return Machine("parcel", Parcel, initial, terminal, transitions)


def test_a_sound_table_has_no_problems() -> None:
    assert parcels(*SOUND).check() == []


def test_steps_lead_where_the_table_says() -> None:
    machine = parcels(*SOUND)
    allowed = {(step, state) for step in machine.steps() for state in Parcel if machine.allows(step, state)}
    assert allowed == {(step.name, step.source) for step in SOUND}
    assert machine.target("lose", MOVING) is LOST
    assert machine.sources("lose") == {LABELED, MOVING}
    assert machine.steps() == ("hand_over", "deliver", "lose")


def test_a_step_that_is_not_in_the_table_has_no_target() -> None:
    with pytest.raises(LookupError, match="parcel: no step deliver from labeled"):
        parcels(*SOUND).target("deliver", LABELED)


def test_a_cycle_with_a_way_out_is_sound() -> None:
    assert parcels(*SOUND, Transition("call_back", MOVING, LABELED)).check() == []


def test_a_machine_without_an_end_may_cycle() -> None:
    day = (
        Transition("hand_over", LABELED, MOVING),
        Transition("deliver", MOVING, DELIVERED),
        Transition("lose", DELIVERED, LOST),
        Transition("find", LOST, LABELED),
    )
    assert parcels(*day, terminal=frozenset()).check() == []


@pytest.mark.parametrize(
    ("machine", "problem"),
    [
        (parcels(*SOUND[2:]), "delivered cannot be reached from an initial state"),
        (parcels(*SOUND, initial=frozenset()), "no initial state"),
        (parcels(*SOUND, terminal=frozenset({DELIVERED})), "lost is a dead end but not terminal"),
        (parcels(*SOUND, Transition("find", LOST, MOVING)), "step find leaves the terminal state lost"),
        (parcels(*SOUND, Transition("lose", MOVING, LABELED)), "step lose from moving appears twice"),
        (
            parcels(
                Transition("deliver", LABELED, DELIVERED),
                Transition("lose", LABELED, LOST),
                Transition("hand_over", LABELED, MOVING),
                Transition("wait", MOVING, MOVING),
            ),
            "no terminal state can be reached from moving",
        ),
    ],
)
def test_each_defect_is_named(machine: Machine[Parcel], problem: str) -> None:
    assert f"parcel: {problem}" in machine.check()


def test_a_state_of_another_machine_is_unknown() -> None:
    foreign = Transition("read", Letter.WRITTEN, DELIVERED)
    machine = parcels(*SOUND, foreign)  # type: ignore[arg-type]
    assert "parcel: step read names the unknown state written" in machine.check()


def test_a_declared_end_must_be_a_state() -> None:
    machine = parcels(*SOUND, terminal=frozenset({DELIVERED, LOST, Letter.WRITTEN}))  # type: ignore[arg-type]
    assert "parcel: written is declared initial or terminal but is not a state" in machine.check()
