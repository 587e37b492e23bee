"""`commissary audit`: says of every invariant how many rows break it, and fails when one does."""

import json

import psycopg

from commissary.platform.migrate import create_organization
from commissary.views.invariants import INVARIANTS
from tests.installation import Commands


def corrupt(shell: Commands, organization: str = "acme") -> None:
    with psycopg.connect(shell.dsn) as connection:
        connection.execute(f"SET search_path TO org_{organization}")
        connection.execute("INSERT INTO group_position (item_id, group_id, supply) VALUES (1, 1, 7)")


def test_sound_installation_passes(shell: Commands) -> None:
    output = shell.run("audit")
    assert "acme" in output
    assert all(invariant.sentence in output for invariant in INVARIANTS)
    assert f"{len(INVARIANTS)} checks" in output
    assert "all hold" in output


def test_one_row_corrupted_by_hand_fails_and_is_shown(shell: Commands) -> None:
    corrupt(shell)
    output = shell.run("audit", expect=1)
    assert "i2_group_supply: item 1 in group 1: supply 7" in output
    assert "1 broken" in output


def test_programs_read_json(shell: Commands) -> None:
    create_organization(shell.dsn, "other", "Other")
    corrupt(shell, "other")
    found = json.loads(shell.run("audit", "--json", expect=1))
    assert len(found) == 2 * len(INVARIANTS)
    (broken,) = [row for row in found if row["rows"]]
    assert (broken["organization"], broken["invariant"], broken["rows"]) == ("other", "i2_group_supply", 1)
    assert broken["examples"][0][0] == "item 1 in group 1"
    assert json.loads(shell.run("audit", "--organization", "acme", "--json"))[0]["organization"] == "acme"


def test_unknown_organization_is_said(shell: Commands) -> None:
    try:
        shell.run("audit", "--organization", "nobody")
    except Exception as error:
        assert "nobody" in str(error)
    else:
        raise AssertionError("an organization that does not exist was audited")
