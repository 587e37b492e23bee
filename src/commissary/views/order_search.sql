-- name: orders
-- The list as people scan it: what each order's units became, and which kinds of hold stand.
SELECT customer_order.id, number, channel, kind, currency, total_minor, placed_at,
    (SELECT jsonb_object_agg(by_state.state, by_state.units) FROM (
        SELECT state, sum(quantity)::bigint AS units FROM quantity_group
        WHERE quantity_group.order_id = customer_order.id GROUP BY state) AS by_state),
    (SELECT array_agg(DISTINCT order_hold.kind ORDER BY order_hold.kind) FROM order_hold
     WHERE order_hold.order_id = customer_order.id AND resolved_at IS NULL
       AND (expires_at IS NULL OR expires_at > %(now)s))
FROM customer_order
WHERE true

-- name: with_text
 AND (customer_order.number = %(text)s OR purchase_order_number = %(text)s
      OR customer_id = (SELECT id FROM customer WHERE reference = %(text)s))

-- name: with_beginning
 AND starts_with(customer_order.number, %(beginning)s)

-- name: with_sku
 AND EXISTS (SELECT 1 FROM order_line JOIN item ON item.id = order_line.item_id
     WHERE order_line.order_id = customer_order.id AND item.sku = %(sku)s)

-- name: with_state
 AND EXISTS (SELECT 1 FROM quantity_group
     WHERE quantity_group.order_id = customer_order.id AND quantity_group.state = %(state)s)

-- name: with_channel
 AND channel = %(channel)s

-- name: with_placed_from
 AND placed_at >= %(placed_from)s

-- name: with_placed_before
 AND placed_at < %(placed_before)s

-- name: with_held
 AND %(held)s = EXISTS (SELECT 1 FROM order_hold WHERE order_hold.order_id = customer_order.id
     AND resolved_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s))

-- name: with_locations
 AND EXISTS (SELECT 1 FROM order_line
     WHERE order_line.order_id = customer_order.id AND order_line.location_id = ANY(%(locations)s::int[]))

-- name: older
 AND (placed_at, customer_order.id) < (%(place_at)s, %(place_id)s)
ORDER BY placed_at DESC, customer_order.id DESC LIMIT %(limit)s

-- name: newer
 AND (placed_at, customer_order.id) > (%(place_at)s, %(place_id)s)
ORDER BY placed_at, customer_order.id LIMIT %(limit)s

-- name: newest
 ORDER BY placed_at DESC, customer_order.id DESC LIMIT %(limit)s

-- name: channels
SELECT DISTINCT recent.channel FROM (SELECT channel FROM customer_order ORDER BY placed_at DESC LIMIT 2000) AS recent
ORDER BY recent.channel
