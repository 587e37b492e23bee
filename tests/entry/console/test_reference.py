"""The reference says all that the API's own description says, and nothing leads nowhere."""

import re

import httpx

_HREF = re.compile(r'href="(/docs/[a-z]+)?#([^"]+)"')
_ID = re.compile(r'\sid="([^"]+)"')


async def test_every_operation_schema_and_problem_is_on_the_page(console: str) -> None:
    async with httpx.AsyncClient(base_url=console) as client:
        document = (await client.get("/v1/openapi.json")).json()
        api = (await client.get("/docs/api")).text
        problems = (await client.get("/docs/problems")).text
    ids = {"/docs/api": set(_ID.findall(api)), "/docs/problems": set(_ID.findall(problems))}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["operationId"] in ids["/docs/api"]
    for schema in document["components"]["schemas"]:
        assert f"schema-{schema}" in ids["/docs/api"]
    assert {"order_unknown", "csrf_token_wrong", "internal_error", "stock_short"} <= ids["/docs/problems"]
    for page, text in (("/docs/api", api), ("/docs/problems", problems)):
        for address, anchor in _HREF.findall(text):
            assert anchor in ids[address or page] | {"main"}, f"{page} points to {address}#{anchor}"
