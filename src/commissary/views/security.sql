-- name: users
SELECT u.id, u.name, u.display_name, u.role,
       CASE WHEN u.location_ids IS NOT NULL THEN
           ARRAY(SELECT l.code FROM location l WHERE l.id = ANY(u.location_ids) ORDER BY l.code) END,
       u.active, u.expires_at, u.locked_until > %(now)s, u.created_at, u.version
FROM app_user u
WHERE (%(after)s::text IS NULL OR u.name > %(after)s)
    AND (%(id)s::uuid IS NULL OR u.id = %(id)s)
ORDER BY u.name
LIMIT %(limit)s

-- name: api_keys
SELECT k.id, k.name, k.prefix, k.role, k.scopes,
       CASE WHEN k.location_ids IS NOT NULL THEN
           ARRAY(SELECT l.code FROM location l WHERE l.id = ANY(k.location_ids) ORDER BY l.code) END,
       k.expires_at, k.revoked_at, k.created_at, k.created_by
FROM api_key k
WHERE (%(after)s::uuid IS NULL OR k.id > %(after)s)
    AND (%(id)s::uuid IS NULL OR k.id = %(id)s)
ORDER BY k.id
LIMIT %(limit)s

-- name: location_ids_of
SELECT code, id FROM location WHERE code = ANY(%(codes)s::text[])
