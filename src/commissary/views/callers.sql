-- name: caller_of_key
SELECT id, role, scopes, location_ids, name
FROM api_key
WHERE secret_hash = %(digest)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)

-- name: caller_of_session
SELECT u.id, u.role, u.location_ids, u.display_name, s.csrf_token
FROM user_session s
JOIN app_user u ON u.id = s.user_id
WHERE s.token_hash = %(digest)s AND s.expires_at > %(now)s
    AND u.active AND (u.expires_at IS NULL OR u.expires_at > %(now)s)
