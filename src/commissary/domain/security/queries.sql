-- name: insert_users
-- A name that is taken is left alone; the rows that come back are those that went in.
INSERT INTO app_user (id, name, display_name, password_hash, role, location_ids, expires_at, created_at)
SELECT u.id, u.name, u.display_name, u.password_hash, u.role, u.location_ids::integer[], u.expires_at, %(now)s
FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(display_names)s::text[], %(password_hashes)s::text[],
            %(roles)s::text[], %(location_ids)s::text[], %(expires_at)s::timestamptz[])
     AS u (id, name, display_name, password_hash, role, location_ids, expires_at)
ON CONFLICT (name) DO NOTHING
RETURNING id

-- name: lock_users
-- These users and every active administrator, locked in order of their ids.
SELECT id, name, display_name, role, location_ids, active, expires_at, version
FROM app_user
WHERE id = ANY(%(ids)s::uuid[]) OR (role = 'administrator' AND active)
ORDER BY id
FOR UPDATE

-- name: save_users
UPDATE app_user SET display_name = u.display_name, role = u.role, location_ids = u.location_ids::integer[],
    active = u.active, expires_at = u.expires_at, version = u.version
FROM unnest(%(ids)s::uuid[], %(display_names)s::text[], %(roles)s::text[], %(location_ids)s::text[],
            %(actives)s::boolean[], %(expires_at)s::timestamptz[], %(versions)s::integer[])
     AS u (id, display_name, role, location_ids, active, expires_at, version)
WHERE app_user.id = u.id

-- name: save_passwords
-- A new password also forgets the failures against the old one.
UPDATE app_user SET password_hash = u.password_hash, failed_attempts = 0, locked_until = NULL,
    version = app_user.version + 1
FROM unnest(%(ids)s::uuid[], %(password_hashes)s::text[]) AS u (id, password_hash)
WHERE app_user.id = u.id

-- name: lock_credential
SELECT id, name, password_hash, active, expires_at, failed_attempts, locked_until
FROM app_user
WHERE name = %(name)s OR id = %(id)s
FOR UPDATE

-- name: save_attempts
UPDATE app_user SET failed_attempts = %(failed_attempts)s, locked_until = %(locked_until)s WHERE id = %(id)s

-- name: insert_session
INSERT INTO user_session (token_hash, user_id, csrf_token, created_at, expires_at)
VALUES (%(token_hash)s, %(user_id)s, %(csrf_token)s, %(created_at)s, %(expires_at)s)

-- name: end_session
DELETE FROM user_session WHERE token_hash = %(token_hash)s

-- name: end_sessions_of
DELETE FROM user_session WHERE user_id = ANY(%(user_ids)s::uuid[])

-- name: drop_expired_sessions
DELETE FROM user_session WHERE expires_at <= %(now)s

-- name: insert_keys
INSERT INTO api_key (id, name, secret_hash, prefix, role, scopes, location_ids, expires_at, created_at, created_by)
SELECT k.id, k.name, k.secret_hash, k.prefix, k.role, k.scopes::text[], k.location_ids::integer[], k.expires_at,
       k.created_at, k.created_by
FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(secret_hashes)s::bytea[], %(prefixes)s::text[], %(roles)s::text[],
            %(scopes)s::text[], %(location_ids)s::text[], %(expires_at)s::timestamptz[],
            %(created_at)s::timestamptz[], %(created_by)s::text[])
     AS k (id, name, secret_hash, prefix, role, scopes, location_ids, expires_at, created_at, created_by)

-- name: lock_keys
SELECT id, role, scopes, location_ids, revoked_at
FROM api_key
WHERE id = ANY(%(ids)s::uuid[])
ORDER BY id
FOR UPDATE

-- name: revoke_keys
UPDATE api_key SET revoked_at = %(now)s WHERE id = ANY(%(ids)s::uuid[]) AND revoked_at IS NULL
