-- name: names
SELECT name FROM platform.organization ORDER BY name LIMIT %(limit)s

-- name: organization
SELECT title, kind FROM platform.organization WHERE name = %(name)s
