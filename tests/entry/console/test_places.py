"""After signing in one goes back to where one was, and never to another site."""

import pytest

from commissary.entry.console.places import local_place, sign_in_address

# wanted, goes to
PLACES = [
    ("/console/orders?state=draft", "/console/orders?state=draft"),
    ("/console", "/console"),
    ("/docs/api#post_orders", "/docs/api#post_orders"),
    ("/console/orders/A%2FB", "/console/orders/A%2FB"),
    ("", "/console"),
    ("https://evil.example/console", "/console"),
    ("//evil.example/console", "/console"),
    ("/console//evil.example", "/console"),
    ("/\\evil.example", "/console"),
    ("/console/\\evil.example", "/console"),
    ("/consolex", "/console"),
    ("/v1/orders", "/console"),
    ("/console/../v1/orders", "/console"),
    ("javascript:alert(1)", "/console"),
    ("/console\r\nset-cookie: a=b", "/console"),
    ("/console/ü", "/console"),
    ("/console/" + "x" * 2000, "/console"),
]


@pytest.mark.parametrize(("wanted", "goes"), PLACES)
def test_next_is_local(wanted: str, goes: str) -> None:
    assert local_place(wanted) == goes


def test_the_address_of_the_sign_in_page_leads_back() -> None:
    assert sign_in_address("/console") == "/console/sign-in"
    assert (
        sign_in_address("/console/orders?q=1&r=2") == "/console/sign-in?next=/console/orders%3Fq%3D1%26r%3D2"
    )
