-- name: item
SELECT id, sku, name, ARRAY(SELECT gtin FROM item_gtin WHERE item_id = item.id ORDER BY gtin), weight_g, length_mm,
    width_mm, height_mm, picture_url, attributes, active, version, updated_at
FROM item WHERE sku = %(sku)s

-- name: item_of_gtin
SELECT id, sku, name, ARRAY(SELECT gtin FROM item_gtin WHERE item_id = item.id ORDER BY gtin), weight_g, length_mm,
    width_mm, height_mm, picture_url, attributes, active, version, updated_at
FROM item WHERE id = (SELECT item_id FROM item_gtin WHERE gtin = %(gtin)s)

-- name: items
SELECT id, sku, name, ARRAY(SELECT gtin FROM item_gtin WHERE item_id = item.id ORDER BY gtin), weight_g, length_mm,
    width_mm, height_mm, picture_url, attributes, active, version, updated_at
FROM item
WHERE sku > %(after)s::text AND (%(active)s::boolean IS NULL OR active = %(active)s)
ORDER BY sku LIMIT %(limit)s

-- name: items_starting
-- A range, not LIKE: a prefix that comes as a parameter finds its way into an index only so.
SELECT id, sku, name, ARRAY(SELECT gtin FROM item_gtin WHERE item_id = item.id ORDER BY gtin), weight_g, length_mm,
    width_mm, height_mm, picture_url, attributes, active, version, updated_at
FROM item
WHERE id IN (
    SELECT id FROM item
    WHERE lower(sku) >= lower(%(q)s::text COLLATE "C") AND lower(sku) < lower(%(q)s::text COLLATE "C") || %(last)s
    UNION ALL
    SELECT id FROM item
    WHERE lower(name) COLLATE "C" >= lower(%(q)s::text) AND lower(name) COLLATE "C" < lower(%(q)s::text) || %(last)s
) AND sku > %(after)s::text AND (%(active)s::boolean IS NULL OR active = %(active)s)
ORDER BY sku LIMIT %(limit)s
