-- name: orders_here
SELECT customer_order.number, customer_order.body_hash,
       NOT EXISTS (SELECT 1 FROM quantity_group WHERE quantity_group.order_id = customer_order.id AND state <> 'canceled')
FROM customer_order WHERE customer_order.number = ANY(%(numbers)s::text[])

-- name: creditable_lines
-- Lines that credits may take back, by the customers or the orders they name; those without open units too, because
-- what an earlier run canceled is found by them.
WITH named AS (
    SELECT customer_order.id, customer_order.number, customer_order.placed_at, customer.reference
    FROM customer JOIN customer_order ON customer_order.customer_id = customer.id
    WHERE customer.reference = ANY(%(customers)s::text[])
    UNION
    SELECT customer_order.id, customer_order.number, customer_order.placed_at, customer.reference
    FROM customer_order JOIN customer ON customer.id = customer_order.customer_id
    WHERE customer_order.number = ANY(%(orders)s::text[])
), lines AS MATERIALIZED (
    SELECT named.id AS order_id, named.number, named.placed_at, named.reference,
           order_line.id AS line_id, order_line.line_number, item.sku
    FROM named
    JOIN order_line ON order_line.order_id = named.id
    JOIN item ON item.id = order_line.item_id
    WHERE item.sku = ANY(%(skus)s::text[])
)
SELECT lines.order_id::text, lines.number, lines.reference, lines.sku, lines.line_number,
       coalesce((SELECT sum(quantity_group.quantity) FROM quantity_group
                 WHERE quantity_group.order_id = lines.order_id AND quantity_group.line_id = lines.line_id
                   AND quantity_group.state = ANY(%(states)s::text[])), 0)::bigint,
       lines.placed_at
FROM lines

-- name: canceled_before
SELECT event.subject_id, event.data ->> 'reason', canceled.line_number::int, canceled.units::bigint
FROM event CROSS JOIN LATERAL jsonb_each_text(event.data -> 'quantities') AS canceled (line_number, units)
WHERE event.subject_id = ANY(%(orders)s::text[]) AND event.kind = 'order.lines_canceled'
  AND event.data ->> 'reason' = ANY(%(reasons)s::text[])

-- name: on_hand
SELECT item.sku, location.code, available + reserved + allocated + damaged + quality_hold - shortage
FROM stock_position
JOIN item ON item.id = stock_position.item_id
JOIN location ON location.id = stock_position.location_id
WHERE location.code = ANY(%(locations)s::text[])

-- name: locations_here
SELECT code FROM location WHERE code = ANY(%(codes)s::text[])

-- name: skus_here
SELECT sku FROM item WHERE sku = ANY(%(skus)s::text[])
