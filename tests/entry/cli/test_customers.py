"""Erasing on the command line.

erase a known customer           emptied, key gone, exit 0
erase an unknown one             said so, exit 1
the key comes back by a restore  replaying deletes it again
a list that holds no id          refused by line
"""

import json
import os
from uuid import uuid4

import psycopg

from tests.installation import Commands, shell

__all__ = ["shell"]

_ORDER = {
    "number": "W-1",
    "channel": "web",
    "currency": "EUR",
    "customer": {"reference": "C1", "name": "Grace Hopper", "mail": "grace@example.com"},
    "ship_to": {"country": "GB"},
    "lines": [{"sku": "A", "quantity": 1, "unit_price_minor": 100, "location": "W1"}],
    "on_shortage": "backorder",
}


def _customer(shell: Commands) -> str:
    shell.take("items", shell.write("items.ndjson", '{"sku": "A", "name": "Item A"}\n'))
    shell.take("orders", shell.write("orders.ndjson", json.dumps(_ORDER) + "\n"))
    ((customer,),) = shell.rows("SELECT id::text FROM customer")
    return str(customer)


def test_erasing_empties_the_person(shell: Commands) -> None:
    customer = _customer(shell)
    assert "Erased 1." in shell.run("customer", "erase", "acme", customer, "--yes")
    assert shell.rows("SELECT sealed, reference, erased_at IS NOT NULL FROM customer") == [(None, None, True)]
    with psycopg.connect(os.environ["KEYS_DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1 FROM person_key WHERE id = %s", (customer,)).fetchall() == []
    assert "Erased 1." in shell.run("customer", "erase", "acme", customer, "--yes")


def test_unknown_person_is_named(shell: Commands) -> None:
    unknown = str(uuid4())
    output = shell.run("customer", "erase", "acme", unknown, "--yes", expect=1)
    assert f"There is no customer {unknown}." in output


def test_replaying_deletes_a_key_that_came_back(shell: Commands) -> None:
    customer = _customer(shell)
    keys = os.environ["KEYS_DATABASE_URL"]
    with psycopg.connect(keys) as connection:
        row = connection.execute(
            "SELECT organization, id, wrapped FROM person_key WHERE id = %s", (customer,)
        ).fetchone()
    shell.run("customer", "erase", "acme", customer, "--yes")
    with psycopg.connect(keys) as connection:
        connection.execute("INSERT INTO person_key (organization, id, wrapped) VALUES (%s, %s, %s)", row)
    assert "acme: 1 keys deleted again" in shell.run("customer", "replay-erasures")
    assert "acme: 0 keys deleted again" in shell.run("customer", "replay-erasures")


def test_list_of_erasures_is_read_strictly(shell: Commands) -> None:
    path = shell.write("erased.txt", f"{uuid4()}\nnobody\n")
    assert "line 2 is no customer id" in shell.run("customer", "replay-erasures", "--also", path, expect=2)
