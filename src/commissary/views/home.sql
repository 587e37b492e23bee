-- name: held
-- Orders on hold with the oldest of them; with locations, those with a line there.
SELECT count(DISTINCT order_hold.order_id), min(order_hold.placed_at),
    (array_agg(customer_order.number ORDER BY order_hold.placed_at, order_hold.id))[1]
FROM order_hold JOIN customer_order ON customer_order.id = order_hold.order_id
WHERE resolved_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
  AND (%(locations)s::int[] IS NULL OR EXISTS (SELECT 1 FROM order_line
      WHERE order_line.order_id = customer_order.id AND order_line.location_id = ANY(%(locations)s::int[])))

-- name: backordered
SELECT coalesce(sum(quantity_group.quantity), 0)::bigint, count(DISTINCT quantity_group.order_id)
FROM quantity_group
WHERE quantity_group.state = 'backordered'
  AND (%(locations)s::int[] IS NULL OR EXISTS (SELECT 1 FROM order_line
      WHERE order_line.id = quantity_group.line_id AND order_line.location_id = ANY(%(locations)s::int[])))

-- name: shortages
-- Positions that owe the most units, each with the totals over all that owe.
SELECT item.sku, item.name, location.code, shortage, count(*) OVER (), (sum(shortage) OVER ())::bigint
FROM stock_position
JOIN item ON item.id = stock_position.item_id
JOIN location ON location.id = stock_position.location_id
WHERE shortage > 0 AND (%(locations)s::int[] IS NULL OR location_id = ANY(%(locations)s::int[]))
ORDER BY shortage DESC, item.sku, location.code LIMIT 5

-- name: group_shortages
SELECT item.sku, item.name, location_group.code, shortage, count(*) OVER (), (sum(shortage) OVER ())::bigint
FROM group_position
JOIN item ON item.id = group_position.item_id
JOIN location_group ON location_group.id = group_position.group_id
WHERE shortage > 0
ORDER BY shortage DESC, item.sku, location_group.code LIMIT 5

-- name: parked
SELECT subscriber, subject_id, reason, parked_at, count(*) OVER ()
FROM parked_subject ORDER BY parked_at LIMIT 5

-- name: failing_webhooks
-- The host only: the rest of an address may hold keys.
SELECT id, substring(url FROM '^[a-z]+://([^/?#]+)'), failures_in_row, paused_until, inactive_reason = 'gone', count(*) OVER ()
FROM webhook_endpoint
WHERE failures_in_row > 0 OR inactive_reason = 'gone'
ORDER BY failures_in_row DESC, id LIMIT 5

-- name: silent_feeds
SELECT source, location.code, received_at, count(*) OVER ()
FROM feed JOIN location ON location.id = feed.location_id
WHERE %(locations)s::int[] IS NULL OR feed.location_id = ANY(%(locations)s::int[])
ORDER BY received_at, source, location.code LIMIT 5

-- name: orders_by_quarter
-- Orders with the same states have the same status, so they are counted before anyone computes it. By quarters of an
-- hour, because that is what the offsets of time zones are made of.
SELECT quarter, states, count(*) FROM (
    SELECT date_bin('15 minutes', placed_at, 'epoch') AS quarter,
        (SELECT array_agg(DISTINCT state ORDER BY state) FROM quantity_group
         WHERE quantity_group.order_id = customer_order.id) AS states
    FROM customer_order
    WHERE placed_at >= %(begin)s AND placed_at < %(end)s
      AND (%(locations)s::int[] IS NULL OR EXISTS (SELECT 1 FROM order_line
          WHERE order_line.order_id = customer_order.id AND order_line.location_id = ANY(%(locations)s::int[])))
) AS placed
GROUP BY quarter, states

-- name: value_by_currency
SELECT currency, count(*), sum(total_minor)::bigint
FROM customer_order
WHERE placed_at >= %(begin)s AND placed_at < %(end)s
  AND (%(locations)s::int[] IS NULL OR EXISTS (SELECT 1 FROM order_line
      WHERE order_line.order_id = customer_order.id AND order_line.location_id = ANY(%(locations)s::int[])))
GROUP BY currency ORDER BY count(*) DESC, currency

-- name: begun
SELECT EXISTS (SELECT 1 FROM item), EXISTS (SELECT 1 FROM location), EXISTS (SELECT 1 FROM customer_order)
