-- name: endpoints
SELECT id, url, kinds, description, active, inactive_reason, failures_in_row, paused_until, previous_secret_until, created_at, version
FROM webhook_endpoint
WHERE (%(id)s::uuid IS NULL OR id = %(id)s) AND (%(after)s::uuid IS NULL OR id > %(after)s)
ORDER BY id
LIMIT %(limit)s

-- name: deliveries
-- Newest first.
SELECT id, endpoint_id, event_id, event_kind, state, attempts, next_attempt_at, last_status, last_error,
    last_duration_ms, created_at, ended_at
FROM webhook_delivery
WHERE endpoint_id = %(endpoint_id)s
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(before_at)s::timestamptz IS NULL OR (created_at, id) < (%(before_at)s, %(before_id)s::uuid))
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s

-- name: delivery
SELECT id, endpoint_id, event_id, event_kind, state, attempts, next_attempt_at, last_status, last_error,
    last_duration_ms, created_at, ended_at
FROM webhook_delivery
WHERE id = %(id)s
