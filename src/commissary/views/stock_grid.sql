-- name: rows
SELECT item.sku, item.name, location.code, location.name,
    available + reserved + allocated + damaged + quality_hold - shortage,
    available, reserved, allocated, damaged, quality_hold, shortage
FROM item
JOIN stock_position ON stock_position.item_id = item.id
JOIN location ON location.id = stock_position.location_id
WHERE true

-- name: with_sku
-- A range of the index on skus, which compares by code point.
 AND item.sku >= %(sku)s AND item.sku < %(sku)s || %(last)s

-- name: with_location
 AND stock_position.location_id = (SELECT id FROM location WHERE code = %(location)s)

-- name: with_short
 AND (shortage > 0) = %(short)s

-- name: with_locations
 AND stock_position.location_id = ANY(%(locations)s::int[])

-- name: after
 AND item.sku >= %(place_sku)s AND (item.sku, location.code) > (%(place_sku)s, %(place_location)s)
ORDER BY item.sku, location.code LIMIT %(limit)s

-- name: before
 AND item.sku <= %(place_sku)s AND (item.sku, location.code) < (%(place_sku)s, %(place_location)s)
ORDER BY item.sku DESC, location.code DESC LIMIT %(limit)s

-- name: first
 ORDER BY item.sku, location.code LIMIT %(limit)s

-- name: positions_of
SELECT location.code, location.name,
    available + reserved + allocated + damaged + quality_hold - shortage,
    available, reserved, allocated, damaged, quality_hold, shortage
FROM stock_position
JOIN location ON location.id = stock_position.location_id
WHERE stock_position.item_id = %(item)s
  AND (%(locations)s::int[] IS NULL OR stock_position.location_id = ANY(%(locations)s::int[]))
ORDER BY location.code

-- name: group_positions_of
-- With locations, only groups that one of them belongs to.
SELECT location_group.code, location_group.name, supply, reserved, shortage
FROM group_position
JOIN location_group ON location_group.id = group_position.group_id
WHERE group_position.item_id = %(item)s
  AND (%(locations)s::int[] IS NULL OR EXISTS (SELECT 1 FROM location
      WHERE location.reserving_group_id = location_group.id AND location.id = ANY(%(locations)s::int[])))
ORDER BY location_group.code

-- name: ledger
SELECT movement.id, at, location.code, location_group.code, quantity, from_account, to_account, cause, cause_id,
    reason, actor
FROM movement
LEFT JOIN location ON location.id = movement.location_id
LEFT JOIN location_group ON location_group.id = movement.group_id
WHERE movement.item_id = %(item)s
  AND (%(location)s::text IS NULL OR location.code = %(location)s)
  AND (%(locations)s::int[] IS NULL OR movement.location_id = ANY(%(locations)s::int[]))
  AND movement.id < %(before)s
ORDER BY movement.id DESC LIMIT %(limit)s

-- name: places
SELECT code, name FROM location
WHERE (%(locations)s::int[] IS NULL OR id = ANY(%(locations)s::int[])) ORDER BY code LIMIT 500

-- name: orders_of_lines
SELECT order_line.id, customer_order.number
FROM order_line JOIN customer_order ON customer_order.id = order_line.order_id
WHERE order_line.id = ANY(%(lines)s::uuid[])
