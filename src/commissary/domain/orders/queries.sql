-- name: next_numbers
SELECT nextval('order_number') FROM generate_series(1, %(count)s)

-- name: orders_by_number
-- One index probe a number, whatever the planner believes of the table's size.
SELECT found.id, given.number, found.body_hash
FROM unnest(%(numbers)s::text[]) AS given (number)
CROSS JOIN LATERAL (
    SELECT customer_order.id, customer_order.body_hash FROM customer_order
    WHERE customer_order.number = given.number LIMIT 1
) AS found

-- name: insert_orders
INSERT INTO customer_order (
    id, number, channel, kind, customer_id, ship_to_id, bill_to_id, currency, placed_at, captured_at,
    purchase_order_number, requested_ship_on, requested_delivery_on, goods_minor, discount_minor, charges_minor,
    tax_minor, tax_included, total_minor, attributes, body_hash)
SELECT
    id, number, channel, kind, customer_id, ship_to_id, bill_to_id, currency, placed_at, %(now)s,
    purchase_order_number, requested_ship_on, requested_delivery_on, goods_minor, discount_minor, charges_minor,
    tax_minor, tax_included, total_minor, attributes, body_hash
FROM unnest(
    %(ids)s::uuid[], %(numbers)s::text[], %(channels)s::text[], %(kinds)s::text[], %(customers)s::uuid[],
    %(ship_tos)s::uuid[], %(bill_tos)s::uuid[], %(currencies)s::text[], %(placed_at)s::timestamptz[],
    %(purchase_orders)s::text[], %(ship_on)s::date[], %(delivery_on)s::date[], %(goods)s::bigint[],
    %(discounts)s::bigint[], %(charges)s::bigint[], %(taxes)s::bigint[], %(tax_included)s::boolean[],
    %(totals)s::bigint[], %(attributes)s::jsonb[], %(hashes)s::bytea[]
) AS given (
    id, number, channel, kind, customer_id, ship_to_id, bill_to_id, currency, placed_at,
    purchase_order_number, requested_ship_on, requested_delivery_on, goods_minor, discount_minor, charges_minor,
    tax_minor, tax_included, total_minor, attributes, body_hash)

-- name: insert_lines
INSERT INTO order_line (
    id, order_id, line_number, item_id, quantity, method, location_id, ship_to_id, requested_on,
    unit_price_minor, discount_minor, tax_minor, attributes)
SELECT
    id, order_id, line_number, item_id, quantity, method, location_id, ship_to_id, requested_on,
    unit_price_minor, discount_minor, tax_minor, attributes
FROM unnest(
    %(ids)s::uuid[], %(orders)s::uuid[], %(numbers)s::int[], %(items)s::int[], %(quantities)s::bigint[],
    %(methods)s::text[], %(locations)s::int[], %(ship_tos)s::uuid[], %(requested_on)s::date[], %(prices)s::bigint[],
    %(discounts)s::bigint[], %(taxes)s::bigint[], %(attributes)s::jsonb[]
) AS given (
    id, order_id, line_number, item_id, quantity, method, location_id, ship_to_id, requested_on,
    unit_price_minor, discount_minor, tax_minor, attributes)

-- name: insert_charges
INSERT INTO order_charge (order_id, kind, amount_minor, tax_minor)
SELECT order_id, kind, amount_minor, tax_minor
FROM unnest(%(orders)s::uuid[], %(kinds)s::text[], %(amounts)s::bigint[], %(taxes)s::bigint[])
    AS given (order_id, kind, amount_minor, tax_minor)

-- name: insert_groups
INSERT INTO quantity_group (order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity)
SELECT order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity
FROM unnest(
    %(orders)s::uuid[], %(lines)s::uuid[], %(states)s::text[], %(legs)s::uuid[], %(fulfillment_lines)s::uuid[],
    %(quantities)s::bigint[]
) AS given (order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity)

-- name: add_to_groups
-- Equal keys are one group: what comes joins what is there.
INSERT INTO quantity_group (order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity)
SELECT order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity
FROM unnest(
    %(orders)s::uuid[], %(lines)s::uuid[], %(states)s::text[], %(legs)s::uuid[], %(fulfillment_lines)s::uuid[],
    %(quantities)s::bigint[]
) AS given (order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity)
ON CONFLICT (order_id, line_id, state, plan_leg_id, fulfillment_line_id)
    DO UPDATE SET quantity = quantity_group.quantity + EXCLUDED.quantity

-- name: take_from_groups
-- A group that gives all it has goes; the check on quantity catches one that would give more.
WITH taken AS (
    SELECT order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity
    FROM unnest(
        %(orders)s::uuid[], %(lines)s::uuid[], %(states)s::text[], %(legs)s::uuid[], %(fulfillment_lines)s::uuid[],
        %(quantities)s::bigint[]
    ) AS given (order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity)
), emptied AS (
    DELETE FROM quantity_group USING taken
    WHERE quantity_group.order_id = taken.order_id AND quantity_group.line_id = taken.line_id
      AND quantity_group.state = taken.state
      AND quantity_group.plan_leg_id IS NOT DISTINCT FROM taken.plan_leg_id
      AND quantity_group.fulfillment_line_id IS NOT DISTINCT FROM taken.fulfillment_line_id
      AND quantity_group.quantity = taken.quantity
)
UPDATE quantity_group SET quantity = quantity_group.quantity - taken.quantity
FROM taken
WHERE quantity_group.order_id = taken.order_id AND quantity_group.line_id = taken.line_id
  AND quantity_group.state = taken.state
  AND quantity_group.plan_leg_id IS NOT DISTINCT FROM taken.plan_leg_id
  AND quantity_group.fulfillment_line_id IS NOT DISTINCT FROM taken.fulfillment_line_id
  AND quantity_group.quantity <> taken.quantity

-- name: lock_orders
-- Orders by number, locked in id order; everything that changes an order starts here.
SELECT id, number, version FROM customer_order WHERE number = ANY(%(numbers)s::text[]) ORDER BY id FOR NO KEY UPDATE

-- name: lock_orders_by_id
SELECT id, number, version FROM customer_order WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE

-- name: raise_versions
UPDATE customer_order SET version = version + 1 WHERE id = ANY(%(ids)s::uuid[])

-- name: lines_of
SELECT id, order_id, line_number, item_id, quantity, location_id
FROM order_line WHERE order_id = ANY(%(orders)s::uuid[]) ORDER BY order_id, line_number

-- name: groups_of
SELECT order_id, line_id, state, plan_leg_id, fulfillment_line_id, quantity
FROM quantity_group WHERE order_id = ANY(%(orders)s::uuid[])
ORDER BY order_id, line_id, state, plan_leg_id, fulfillment_line_id
FOR NO KEY UPDATE

-- name: insert_holds
INSERT INTO order_hold (id, order_id, line_id, kind, reason, blocks, placed_at, placed_by, expires_at)
SELECT id, order_id, line_id, kind, reason, string_to_array(blocks, ' '), %(now)s, %(actor)s, expires_at
FROM unnest(
    %(ids)s::uuid[], %(orders)s::uuid[], %(lines)s::uuid[], %(kinds)s::text[], %(reasons)s::text[], %(blocks)s::text[],
    %(expiries)s::timestamptz[]
) AS given (id, order_id, line_id, kind, reason, blocks, expires_at)

-- name: holds_of
SELECT id, order_id, line_id, kind, reason, blocks, placed_at, placed_by, expires_at, resolved_at
FROM order_hold WHERE order_id = ANY(%(orders)s::uuid[]) ORDER BY placed_at, id

-- name: resolve_holds
UPDATE order_hold SET resolved_at = %(now)s, resolved_by = %(actor)s, resolution = %(resolution)s
WHERE id = ANY(%(ids)s::uuid[]) AND resolved_at IS NULL

-- name: expired_holds
-- With their orders, which serialize what is told of them; an order that someone works on is left to the next sweep.
SELECT order_hold.id, order_hold.order_id, customer_order.number, order_hold.kind
FROM order_hold JOIN customer_order ON customer_order.id = order_hold.order_id
WHERE order_hold.expires_at <= %(now)s AND order_hold.resolved_at IS NULL
ORDER BY order_hold.expires_at, order_hold.id LIMIT %(limit)s
FOR NO KEY UPDATE OF customer_order, order_hold SKIP LOCKED

-- name: captured_lines
SELECT order_line.order_id, order_line.line_number, order_line.item_id, order_line.quantity, quantity_group.state, quantity_group.quantity
FROM order_line
JOIN quantity_group ON quantity_group.order_id = order_line.order_id AND quantity_group.line_id = order_line.id
WHERE order_line.order_id = ANY(%(orders)s::uuid[])
ORDER BY order_line.order_id, order_line.line_number

-- name: captured_orders
SELECT id, number, currency, goods_minor, discount_minor, charges_minor, tax_minor, total_minor
FROM customer_order WHERE id = ANY(%(orders)s::uuid[])
