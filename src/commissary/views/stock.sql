-- name: group_positions
SELECT item.sku, location_group.code, supply, reserved, shortage
FROM group_position
JOIN item ON item.id = group_position.item_id
JOIN location_group ON location_group.id = group_position.group_id
WHERE item.sku = %(sku)s ORDER BY location_group.code

-- name: movements
SELECT movement.id, at, item.sku, location.code, location_group.code, quantity, from_account, to_account, cause, cause_id, reason, actor
FROM movement
JOIN item ON item.id = movement.item_id
LEFT JOIN location ON location.id = movement.location_id
LEFT JOIN location_group ON location_group.id = movement.group_id
WHERE movement.item_id = (SELECT id FROM item WHERE sku = %(sku)s)
  AND (%(location)s::text IS NULL OR location.code = %(location)s)
  AND movement.id < %(before)s
ORDER BY movement.id DESC LIMIT %(limit)s

-- name: feeds
SELECT source, location.code, last_sequence, received_at
FROM feed JOIN location ON location.id = feed.location_id ORDER BY received_at, source, location.code LIMIT 2000
