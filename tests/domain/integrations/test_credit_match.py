"""Credits and the orders they take back."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from commissary.domain.integrations.rules.credit_match import Credit, Creditable, Taken, match_credits


def day(number: int) -> datetime:
    return datetime(2011, 5, number, tzinfo=UTC)


def credit(
    units: int, at: int, number: str = "C1", customer: str | None = "ann", order: str | None = None
) -> Credit:
    return Credit(number, customer, order, "A", units, day(at), (1,))


LINES = [
    Creditable("1", "ann", "A", 1, 10, day(1)),
    Creditable("3", "ann", "A", 2, 4, day(3)),
    Creditable("2", "ben", "A", 1, 99, day(2)),
    Creditable("4", "ann", "B", 1, 99, day(3)),
]


def test_the_most_recent_order_first_and_over_several() -> None:
    assert match_credits([credit(6, 5)], LINES, {}).taken == [Taken(0, "3", 2, 4), Taken(0, "1", 1, 2)]


def test_whole_or_not_at_all() -> None:
    matched = match_credits([credit(15, 5), credit(14, 5, "C2")], LINES, {})
    assert matched.unmatched == {0: "credit_above_open_units"}
    assert sum(taken.quantity for taken in matched.taken) == 14


def test_only_what_was_ordered_before() -> None:
    assert match_credits([credit(12, 2)], LINES, {}).unmatched == {0: "credit_above_open_units"}
    assert match_credits([credit(1, 1)], LINES, {}).taken == [Taken(0, "1", 1, 1)]
    assert match_credits([credit(1, 5, customer="eve")], LINES, {}).unmatched == {0: "credit_without_order"}
    assert match_credits([credit(1, 5, customer=None)], LINES, {}).unmatched == {0: "credit_without_order"}


def test_a_credit_that_names_its_order() -> None:
    assert match_credits([credit(3, 5, customer=None, order="2")], LINES, {}).taken == [Taken(0, "2", 1, 3)]


def test_a_second_run_takes_nothing() -> None:
    matched = match_credits([credit(6, 5)], LINES, {("credit C1", "A"): 6})
    assert (matched.taken, matched.unmatched, matched.done) == ([], {}, {0})
    assert match_credits([credit(6, 5)], LINES, {("credit C1", "A"): 4}).taken == [Taken(0, "3", 2, 2)]


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 28)), max_size=12),
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 28)), max_size=8),
)
def test_no_line_gives_more_than_it_has(
    credits_: list[tuple[int, int]], lines: list[tuple[int, int]]
) -> None:
    given_ = [credit(units, at, f"C{i}") for i, (units, at) in enumerate(credits_)]
    there = [Creditable(str(i), "ann", "A", 1, units, day(at)) for i, (units, at) in enumerate(lines)]
    matched = match_credits(given_, there, {})
    for line in there:
        assert (
            sum(t.quantity for t in matched.taken if t.order_number == line.order_number)
            <= line.open_quantity
        )
    for index, one in enumerate(given_):
        taken = sum(t.quantity for t in matched.taken if t.credit == index)
        assert taken == (0 if index in matched.unmatched else one.quantity)
