"""A state machine as data: which step leads from which state to which, and where a life ends.

Every context writes its states as such a table in `states.py`. A table can be read by a merchant, drawn on
a page, checked for completeness before anything runs and replayed against history; none of that works for
conditions spread over code. The check is the point: a state that nothing reaches, or one that nothing leaves
although it is not an end, is where orders get stuck.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

State = TypeVar("State", bound=StrEnum)


class Transition(NamedTuple, Generic[State]):
    """One edge of the table: the step called `name` moves a thing from `source` to `target`."""

    name: str
    source: State
    target: State


@dataclass(frozen=True)
class Machine(Generic[State]):
    """States of one kind of thing and the steps between them.

    A pair of step and source has exactly one target, so what a step leads to never depends on who asks.
    """

    name: str
    states: type[State]
    initial: frozenset[State]
    terminal: frozenset[State]
    transitions: tuple[Transition[State], ...]
    _targets: Mapping[tuple[str, State], State] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        targets = {(step.name, step.source): step.target for step in self.transitions}
        object.__setattr__(self, "_targets", targets)

    def allows(self, name: str, source: State) -> bool:
        """Whether the step `name` may be taken from `source`."""
        return (name, source) in self._targets

    def target(self, name: str, source: State) -> State:
        """The state that the step `name` leads to from `source`.

        Raises LookupError when the table has no such edge: callers ask `allows` first and refuse.
        """
        try:
            return self._targets[name, source]
        except KeyError:
            raise LookupError(f"{self.name}: no step {name} from {source}") from None

    def sources(self, name: str) -> frozenset[State]:
        """The states from which the step `name` may be taken."""
        return frozenset(step.source for step in self.transitions if step.name == name)

    def steps(self) -> tuple[str, ...]:
        """Every step once, in the order of the table."""
        return tuple(dict.fromkeys(step.name for step in self.transitions))

    def check(self) -> list[str]:
        """What is wrong with the table, a sentence each; empty when it is closed and all of it is alive."""
        return [*self._unknown(), *self._ambiguous(), *self._entrances(), *self._stuck(), *self._afterlife()]

    def _unknown(self) -> Iterable[str]:
        known = set(self.states)
        for step in self.transitions:
            for state in (step.source, step.target):
                if not isinstance(state, self.states):
                    yield f"{self.name}: step {step.name} names the unknown state {state}"
        for state in sorted((self.initial | self.terminal) - known):
            yield f"{self.name}: {state} is declared initial or terminal but is not a state"

    def _ambiguous(self) -> Iterable[str]:
        seen: set[tuple[str, State]] = set()
        for step in self.transitions:
            if (step.name, step.source) in seen:
                yield f"{self.name}: step {step.name} from {step.source} appears twice"
            seen.add((step.name, step.source))

    def _entrances(self) -> Iterable[str]:
        if not self.initial:
            yield f"{self.name}: no initial state"
        reached = self._closure(self.initial, [(step.source, step.target) for step in self.transitions])
        for state in self.states:
            if state not in reached:
                yield f"{self.name}: {state} cannot be reached from an initial state"

    def _stuck(self) -> Iterable[str]:
        """States from which no end can be reached; a machine without an end cycles for ever by design."""
        leaving = {step.source for step in self.transitions}
        ending = self._closure(self.terminal, [(step.target, step.source) for step in self.transitions])
        for state in self.states:
            if state in self.terminal:
                continue
            if state not in leaving:
                yield f"{self.name}: {state} is a dead end but not terminal"
            elif self.terminal and state not in ending:
                yield f"{self.name}: no terminal state can be reached from {state}"

    def _afterlife(self) -> Iterable[str]:
        for step in self.transitions:
            if step.source in self.terminal:
                yield f"{self.name}: step {step.name} leaves the terminal state {step.source}"

    @staticmethod
    def _closure(start: Iterable[State], edges: list[tuple[State, State]]) -> set[State]:
        reached = set(start)
        while True:
            found = {after for before, after in edges if before in reached} - reached
            if not found:
                return reached
            reached |= found
