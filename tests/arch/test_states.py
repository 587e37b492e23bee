"""Every state machine of every context is closed, can be lived through and ends where it says."""

import importlib

from commissary.kernel.machine import Machine
from tests.arch.checks.tree import ROOT, contexts


def test_every_machine_is_closed_and_reachable() -> None:
    for context in contexts(ROOT):
        if (context / "states.py").is_file():
            states = importlib.import_module(f"commissary.domain.{context.name}.states")
            machines = [value for value in vars(states).values() if isinstance(value, Machine)]
            assert machines, f"{context.name}/states.py holds no machine"
            assert [problem for machine in machines for problem in machine.check()] == []
