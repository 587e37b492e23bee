-- name: attributes
SELECT entity, name, kind FROM attribute_definition
WHERE %(entity)s::text IS NULL OR entity = %(entity)s
ORDER BY entity, name COLLATE "C"

-- name: attribute
SELECT entity, name, kind FROM attribute_definition WHERE entity = %(entity)s AND name = %(name)s
