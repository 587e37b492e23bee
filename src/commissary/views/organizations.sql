-- name: names
SELECT name FROM organization ORDER BY name LIMIT %(limit)s
