-- name: lock_endpoint_changes
-- One change of endpoints at a time, because the kinds to deliver are the sum of all of them.
LOCK TABLE webhook_endpoint IN SHARE ROW EXCLUSIVE MODE

-- name: insert_endpoint
INSERT INTO webhook_endpoint (id, url, kinds, sealed_secret, description, created_at)
VALUES (%(id)s, %(url)s, %(kinds)s::text[], %(sealed_secret)s, %(description)s, %(now)s)

-- name: endpoints
SELECT id, url, kinds, description, inactive_reason, failures_in_row, paused_until, created_at, version,
    sealed_secret, sealed_previous_secret, previous_secret_until
FROM webhook_endpoint
WHERE (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[])) AND (active OR NOT %(only_active)s)
ORDER BY id

-- name: save_endpoint
UPDATE webhook_endpoint
SET url = %(url)s, kinds = %(kinds)s::text[], description = %(description)s, active = %(inactive_reason)s::text IS NULL,
    inactive_reason = %(inactive_reason)s, failures_in_row = %(failures_in_row)s, paused_until = %(paused_until)s,
    sealed_secret = %(sealed_secret)s, sealed_previous_secret = %(sealed_previous_secret)s,
    previous_secret_until = %(previous_secret_until)s, version = version + 1
WHERE id = %(id)s

-- name: pause_endpoint
UPDATE webhook_endpoint SET failures_in_row = %(failures_in_row)s, paused_until = %(paused_until)s
WHERE id = %(id)s AND (failures_in_row, paused_until) IS DISTINCT FROM (%(failures_in_row)s, %(paused_until)s::timestamptz)

-- name: insert_deliveries
INSERT INTO webhook_delivery (id, endpoint_id, event_id, event_at, event_kind, state, next_attempt_at, created_at)
SELECT id, endpoint_id, event_id, event_at, event_kind, 'waiting', %(now)s, %(now)s
FROM unnest(%(ids)s::uuid[], %(endpoint_ids)s::uuid[], %(event_ids)s::uuid[], %(event_ats)s::timestamptz[], %(event_kinds)s::text[])
    AS d (id, endpoint_id, event_id, event_at, event_kind)
ON CONFLICT (endpoint_id, event_id) DO NOTHING

-- name: take_due
-- Due deliveries of an endpoint, one attempt further and out of others' sight until the lease ends.
WITH due AS (
    SELECT id FROM webhook_delivery
    WHERE endpoint_id = %(endpoint_id)s AND state = 'waiting' AND next_attempt_at <= %(now)s
      AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))
    ORDER BY next_attempt_at, id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE webhook_delivery SET attempts = attempts + 1, next_attempt_at = %(lease_until)s
FROM due WHERE webhook_delivery.id = due.id
RETURNING webhook_delivery.id, event_id, event_at, attempts

-- name: record_verdicts
-- A late result of an attempt that was given up since finds its delivery at another attempt, and changes nothing.
UPDATE webhook_delivery
SET state = v.state, next_attempt_at = v.next_attempt_at, last_status = v.status, last_error = v.error,
    last_duration_ms = v.duration_ms, ended_at = CASE WHEN v.state = 'waiting' THEN NULL ELSE %(now)s::timestamptz END
FROM unnest(%(ids)s::uuid[], %(attempts)s::integer[], %(states)s::text[], %(next_attempt_ats)s::timestamptz[],
        %(statuses)s::integer[], %(errors)s::text[], %(durations_ms)s::integer[])
    AS v (id, attempt, state, next_attempt_at, status, error, duration_ms)
WHERE webhook_delivery.id = v.id AND webhook_delivery.attempts = v.attempt AND webhook_delivery.state = 'waiting'

-- name: drop_waiting
UPDATE webhook_delivery SET state = 'dropped', next_attempt_at = NULL, ended_at = %(now)s
WHERE endpoint_id = %(endpoint_id)s AND state = 'waiting'

-- name: due_endpoints
SELECT webhook_endpoint.id FROM webhook_endpoint
WHERE active AND (paused_until IS NULL OR paused_until <= %(now)s)
  AND EXISTS (
      SELECT 1 FROM webhook_delivery
      WHERE webhook_delivery.endpoint_id = webhook_endpoint.id AND webhook_delivery.state = 'waiting'
        AND webhook_delivery.next_attempt_at <= %(now)s)

-- name: delivery_of
SELECT endpoint_id, state FROM webhook_delivery WHERE id = %(id)s

-- name: replay
-- Ended deliveries, afresh: one by its id, or all of an endpoint that failed or were dropped since an instant.
UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_attempt_at = %(now)s, ended_at = NULL
WHERE endpoint_id = %(endpoint_id)s AND state <> 'waiting'
  AND (id = %(id)s::uuid OR (%(id)s::uuid IS NULL AND state <> 'delivered' AND created_at >= %(since)s::timestamptz))

-- name: forget_ended
DELETE FROM webhook_delivery
WHERE id IN (SELECT id FROM webhook_delivery WHERE state <> 'waiting' AND ended_at < %(before)s LIMIT %(limit)s)
