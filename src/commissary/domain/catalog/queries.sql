-- name: ids_of
SELECT sku, id, active FROM item WHERE sku = ANY(%(skus)s::text[])

-- name: skus_of
SELECT id, sku FROM item WHERE id = ANY(%(ids)s::int[])

-- name: find_items
SELECT id, sku, name, weight_g, length_mm, width_mm, height_mm, picture_url, attributes, active, version
FROM item WHERE sku = ANY(%(skus)s::text[]) ORDER BY sku

-- name: lock_items
SELECT id, sku, name, weight_g, length_mm, width_mm, height_mm, picture_url, attributes, active, version
FROM item WHERE sku = ANY(%(skus)s::text[]) ORDER BY sku FOR NO KEY UPDATE

-- name: gtin_owners
-- A statement of its own after the lock: it must see what the last holder of the lock has committed.
SELECT gtin, sku FROM item_gtin JOIN item ON item.id = item_id WHERE gtin = ANY(%(gtins)s::text[])
UNION
SELECT gtin, sku FROM item_gtin JOIN item ON item.id = item_id WHERE item_id = ANY(%(ids)s::int[])

-- name: insert_items
INSERT INTO item (sku, name, weight_g, length_mm, width_mm, height_mm, picture_url, attributes, active, updated_at)
SELECT sku, name, weight_g, length_mm, width_mm, height_mm, picture_url, attributes, active, %(at)s
FROM unnest(
    %(skus)s::text[], %(names)s::text[], %(weights)s::int[], %(lengths)s::int[], %(widths)s::int[],
    %(heights)s::int[], %(pictures)s::text[], %(attributes)s::jsonb[], %(actives)s::boolean[]
) AS given (sku, name, weight_g, length_mm, width_mm, height_mm, picture_url, attributes, active)
ORDER BY sku COLLATE "C"
ON CONFLICT (sku) DO NOTHING

-- name: update_items
UPDATE item SET
    name = given.name, weight_g = given.weight_g, length_mm = given.length_mm, width_mm = given.width_mm,
    height_mm = given.height_mm, picture_url = given.picture_url, attributes = given.attributes,
    active = given.active, version = item.version + 1, updated_at = %(at)s
FROM unnest(
    %(skus)s::text[], %(names)s::text[], %(weights)s::int[], %(lengths)s::int[], %(widths)s::int[],
    %(heights)s::int[], %(pictures)s::text[], %(attributes)s::jsonb[], %(actives)s::boolean[]
) AS given (sku, name, weight_g, length_mm, width_mm, height_mm, picture_url, attributes, active)
WHERE item.sku = given.sku

-- name: remove_gtins
DELETE FROM item_gtin WHERE gtin = ANY(%(gtins)s::text[])

-- name: add_gtins
INSERT INTO item_gtin (gtin, item_id)
SELECT given.gtin, item.id
FROM unnest(%(gtins)s::text[], %(skus)s::text[]) AS given (gtin, sku) JOIN item ON item.sku = given.sku
ORDER BY given.gtin
ON CONFLICT (gtin) DO NOTHING
