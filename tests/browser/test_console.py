"""The console as people use it: in a real browser, by mouse and by key."""

from playwright.async_api import Page, expect

from tests.conftest import Organization
from tests.shop import captured, order

HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'


async def test_signing_in_and_out(page: Page, console: str) -> None:
    page.expected.append(401)  # type: ignore[attr-defined]
    await page.goto("/console/orders?state=reserved")
    assert page.url.startswith(f"{console}/console/sign-in?next=")
    await page.fill("[name=name]", "ann")
    await page.fill("[name=password]", "wrong")
    await page.click("form button")
    await expect(page.get_by_role("alert")).to_contain_text("What you typed does not fit")
    await page.fill("[name=password]", "a quiet river in autumn")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/orders?state=reserved")
    await page.click("text=Sign out")
    await expect(page.get_by_role("status")).to_contain_text("You are signed out")
    await page.goto("/console")
    assert "/console/sign-in" in page.url


async def test_orders_are_filtered_in_place(ann: Page, shop: Organization) -> None:
    first = await captured(shop.app, order(("A", 1), number="WEB-1"))
    await captured(shop.app, order(("C", 1), number="WEB-2", on_shortage="backorder"))
    await ann.goto("/console/orders")
    rows = ann.locator("#found tbody tr")
    await expect(rows).to_have_count(2)
    await ann.evaluate("window.same = true")
    await ann.select_option("[name=state]", "backordered")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("WEB-2")
    assert ann.url.endswith("/console/orders?state=backordered")
    assert await ann.evaluate("window.same")  # the page was never left
    await ann.reload()
    await expect(rows).to_have_count(1)
    assert await ann.input_value("[name=state]") == "backordered"
    await ann.select_option("[name=state]", "")
    await expect(rows).to_have_count(2)
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("/")
    await ann.keyboard.type("WEB-1")
    await expect(rows).to_have_count(1)
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("j")
    await ann.keyboard.press("Enter")
    await ann.wait_for_url(f"**/console/orders/{first.number}")
    await ann.go_back()
    await expect(rows).to_have_count(1)
    await ann.fill("[name=q]", "nothing like it")
    await expect(ann.locator("#found")).to_contain_text("No order fits these filters")


async def test_units_are_canceled_after_a_preview(ann: Page, shop: Organization) -> None:
    made = await captured(shop.app, order({"sku": "A", "quantity": 3, "location": "W1"}))
    await ann.goto(f"/console/orders/{made.number}")
    await ann.click("summary:has-text('Cancel units')")
    await ann.fill("[name=line-1]", "2")
    await ann.fill("#cancel [name=reason]", "Too late")
    await ann.click("text=Preview")
    preview = ann.locator("#preview")
    await expect(preview).to_contain_text("2 go back to stock at W1")
    await expect(preview).to_contain_text("1 unit stays on the line")
    await ann.click("text=Cancel 2 units")
    await expect(ann.get_by_role("status")).to_contain_text("The units are canceled.")
    await expect(ann.locator(".happenings")).to_contain_text("Canceled 2 units of line 1: “Too late”.")
    await expect(ann.locator(".lines")).to_contain_text("1 reserved")
    await expect(ann.locator(".lines")).to_contain_text("2 canceled")


async def test_a_stale_preview_says_what_happened_meanwhile(ann: Page, shop: Organization) -> None:
    ann.expected.append(412)  # type: ignore[attr-defined]
    made = await captured(shop.app, order(("A", 3)))
    await ann.goto(f"/console/orders/{made.number}")
    other = await ann.context.new_page()
    await other.goto(f"/console/orders/{made.number}")
    await other.click("summary:has-text('Place a hold')")
    await other.select_option("[name=kind]", "fraud")
    await other.click("button:has-text('Place hold')")
    await expect(other.locator("h1")).to_contain_text("Hold: fraud")
    await other.close()
    await ann.click("summary:has-text('Cancel units')")
    await ann.check("[name=whole]")
    await ann.fill("#cancel [name=reason]", "Too late")
    await ann.click("text=Preview")
    await expect(ann.locator("#preview")).to_contain_text("Put on hold for suspicion of fraud")
    await expect(ann.locator("#preview button")).to_have_count(0)


async def test_a_hold_is_resolved(ann: Page, shop: Organization) -> None:
    held = await captured(shop.app, order(("A", 1), holds=[{"kind": "review", "reason": "Two cards"}]))
    await ann.goto("/console")
    await ann.click("text=Orders on hold")
    await ann.click(f"text={held.number}")
    await expect(ann.locator("#holds")).to_contain_text("Two cards")
    await ann.fill("[name=resolution]", "Called the customer")
    await ann.click("text=Resolve")
    await expect(ann.locator("#holds")).to_contain_text("Nothing holds this order.")
    await expect(ann.locator(".happenings")).to_contain_text("“Called the customer”")


async def test_stock_is_followed_down_to_its_movements(ann: Page, shop: Organization) -> None:
    made = await captured(shop.app, order({"sku": "A", "quantity": 3, "location": "W1"}))
    await ann.goto("/console/stock")
    await ann.fill("[name=location]", "W1")
    rows = ann.locator("#found tbody tr")
    await expect(rows).to_have_count(2)
    await rows.first.locator("td").nth(3).click()  # beside the link, still in its row
    await ann.wait_for_url("**/console/stock/A?location=W1")
    await expect(ann.locator("h1")).to_contain_text("A at W1")
    ledger = ann.locator(".panel").last
    await expect(ledger.locator("tbody tr")).to_have_count(2)
    await expect(ledger).to_contain_text("Reserved")
    await ledger.locator(f"a:has-text('{made.number}')").click()
    await expect(ann.locator("h1")).to_contain_text(made.number)


async def test_html_in_names_is_text(ann: Page, shop: Organization) -> None:
    hostile = order(
        ("A", 1),
        number="H-1",
        channel="web",
        purchase_order_number=HOSTILE[:60],
        customer={"reference": HOSTILE[:90], "name": HOSTILE, "mail": "h@example.com"},
        holds=[{"kind": "review", "reason": HOSTILE}],
    )
    made = await captured(shop.app, hostile)
    async with shop.app.database.transaction("acme") as db:
        await db.execute("UPDATE item SET name = %(name)s", {"name": HOSTILE})
    for address in (
        "/console",
        "/console/orders",
        f"/console/orders/{made.number}",
        "/console/stock/A",
        "/console/stock",
    ):
        await ann.goto(address)
        assert await ann.evaluate("window.hurt") is None
        assert await ann.locator("img").count() == 0
    await ann.goto(f"/console/orders/{made.number}")
    await expect(ann.locator("#customer")).to_contain_text("<script>window.hurt=1</script>")


async def test_the_theme_is_remembered(ann: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await ann.evaluate(ground)
    await ann.click("[data-theme-toggle]")
    dark = await ann.evaluate(ground)
    assert dark != light
    await ann.goto("/console/orders")
    assert await ann.evaluate(ground) == dark
    await ann.click("[data-theme-toggle]")
    assert await ann.evaluate(ground) == light


async def test_a_phone_shows_all_within_its_width(ann: Page, shop: Organization) -> None:
    made = await captured(
        shop.app, order(("A", 1), ("B", 2), number="A-NUMBER-THAT-IS-LONGER-THAN-ONE-EXPECTS-0001")
    )
    await ann.set_viewport_size({"width": 390, "height": 844})
    for address in (
        "/console",
        "/console/orders",
        f"/console/orders/{made.number}",
        "/console/stock",
        "/docs/api",
    ):
        await ann.goto(address)
        assert await ann.evaluate("document.documentElement.scrollWidth") <= 390, address
    stock = ann.get_by_role("navigation", name="Sections").get_by_role("link", name="Stock")
    await expect(stock).to_be_hidden()
    await ann.click("text=Menu")
    await stock.click()
    await ann.wait_for_url("**/console/stock")
