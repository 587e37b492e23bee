-- name: names
SELECT 'user:' || id, display_name FROM app_user WHERE id = ANY(%(users)s::uuid[])
UNION ALL
SELECT 'key:' || id, name FROM api_key WHERE id = ANY(%(keys)s::uuid[])
