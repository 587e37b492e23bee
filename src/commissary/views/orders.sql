-- name: order_head
SELECT id, number, channel, kind, customer_id, ship_to_id, bill_to_id, currency, goods_minor, discount_minor,
       charges_minor, tax_minor, tax_included, total_minor, placed_at, captured_at, purchase_order_number,
       requested_ship_on, requested_delivery_on, attributes, version
FROM customer_order
WHERE number = %(number)s
  AND (%(locations)s::int[] IS NULL OR EXISTS (
      SELECT 1 FROM order_line WHERE order_line.order_id = customer_order.id AND order_line.location_id = ANY(%(locations)s::int[])))

-- name: order_visible
SELECT 1 FROM customer_order
WHERE number = %(number)s
  AND (%(locations)s::int[] IS NULL OR EXISTS (
      SELECT 1 FROM order_line WHERE order_line.order_id = customer_order.id AND order_line.location_id = ANY(%(locations)s::int[])))

-- name: order_lines
SELECT order_line.id, order_line.line_number, item.sku, item.name, order_line.quantity, order_line.method, location.code,
       order_line.requested_on, order_line.unit_price_minor, order_line.discount_minor, order_line.tax_minor, order_line.attributes
FROM order_line
JOIN item ON item.id = order_line.item_id
LEFT JOIN location ON location.id = order_line.location_id
WHERE order_line.order_id = %(order)s
ORDER BY order_line.line_number

-- name: order_groups
SELECT line_id, state, sum(quantity)::bigint
FROM quantity_group WHERE order_id = %(order)s
GROUP BY line_id, state ORDER BY line_id, state

-- name: order_charges
SELECT kind, amount_minor, tax_minor FROM order_charge WHERE order_id = %(order)s ORDER BY kind

-- name: order_tenders
SELECT kind, amount_minor, prepaid, brand, last_four, installments FROM tender WHERE order_id = %(order)s ORDER BY position

-- name: order_holds
SELECT order_hold.id, order_hold.kind, order_hold.reason, order_hold.blocks, order_line.line_number, order_hold.placed_at,
       order_hold.placed_by, order_hold.expires_at, order_hold.resolved_at, order_hold.resolution
FROM order_hold LEFT JOIN order_line ON order_line.id = order_hold.line_id
WHERE order_hold.order_id = %(order)s
ORDER BY order_hold.placed_at, order_hold.id

-- name: timeline
SELECT id, at, kind, actor, data::text FROM event WHERE subject_id = %(order)s ORDER BY sequence LIMIT 5000

-- name: attribute_kind
SELECT kind FROM attribute_definition WHERE entity = 'order' AND name = %(name)s
