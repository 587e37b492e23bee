-- name: tell
-- Events in the order given, and one delivery for each flow that wants their kind, however often it said so.
WITH given AS (
    SELECT id, kind, subject_kind, subject_id, data, position
    FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(subject_kinds)s::text[], %(subjects)s::text[], %(data)s::jsonb[])
        WITH ORDINALITY AS g (id, kind, subject_kind, subject_id, data, position)
), told AS (
    INSERT INTO event (id, at, kind, subject_kind, subject_id, actor, cause, data)
    SELECT id, %(at)s, kind, subject_kind, subject_id, %(actor)s, %(cause)s, data FROM given ORDER BY position
), wanting AS (
    SELECT DISTINCT subscription.subscriber, told_kind.kind
    FROM (SELECT DISTINCT kind FROM given) AS told_kind
    JOIN subscription ON subscription.kind IN (told_kind.kind, '*')
)
INSERT INTO delivery (subscriber, lane, subject_id, event_id, event_at)
SELECT wanting.subscriber, abs(hashtext(given.subject_id)::bigint) %% %(lanes)s, given.subject_id, given.id, %(at)s
FROM given JOIN wanting ON wanting.kind = given.kind
ORDER BY given.position

-- name: subscribe
INSERT INTO subscription (subscriber, kind)
SELECT %(subscriber)s, kind FROM unnest(%(kinds)s::text[]) AS k (kind)
ON CONFLICT DO NOTHING

-- name: unsubscribe
DELETE FROM subscription WHERE subscriber = %(subscriber)s AND NOT kind = ANY(%(keep)s::text[])

-- name: subscriptions
SELECT subscriber, array_agg(kind ORDER BY kind) FROM subscription
WHERE subscriber = ANY(%(subscribers)s::text[]) GROUP BY subscriber

-- name: lock_subscriptions
-- Waits for every transaction that has told something, and lets none tell until this one ends.
LOCK TABLE subscription IN ACCESS EXCLUSIVE MODE

-- name: catch_up
INSERT INTO delivery (subscriber, lane, subject_id, event_id, event_at)
SELECT %(subscriber)s, abs(hashtext(subject_id)::bigint) %% %(lanes)s, subject_id, id, at
FROM event
WHERE kind = ANY(%(kinds)s::text[])
ORDER BY sequence

-- name: busy_lanes
-- Lanes with something to deliver now: a probe each, because counting a backlog costs more than working on it.
SELECT wanted.subscriber, wanted.lane
FROM (SELECT subscriber, lane FROM unnest(%(subscribers)s::text[]) AS s (subscriber),
      generate_series(0, %(lanes)s - 1) AS l (lane)) AS wanted
CROSS JOIN LATERAL (
    SELECT delivery.id FROM delivery
    WHERE delivery.subscriber = wanted.subscriber AND delivery.lane = wanted.lane
      AND NOT EXISTS (
          SELECT 1 FROM parked_subject
          WHERE parked_subject.subscriber = delivery.subscriber AND parked_subject.subject_id = delivery.subject_id)
      AND NOT EXISTS (
          SELECT 1 FROM delivery AS earlier
          WHERE earlier.subscriber = delivery.subscriber AND earlier.subject_id = delivery.subject_id
            AND earlier.id <= delivery.id AND earlier.due_at > '-infinity' AND earlier.due_at > %(now)s)
    ORDER BY delivery.subscriber, delivery.lane, delivery.id
    LIMIT 1
) AS head

-- name: claim_lane
SELECT pg_try_advisory_xact_lock(hashtextextended(%(organization)s || ':' || %(subscriber)s, %(lane)s))

-- name: lane_head
-- The oldest due deliveries of a lane; a parked subject waits, and so does whatever follows a delayed delivery of it.
-- LIMIT 1 holds the planner to one look-up in one partition for each event.
SELECT head.id, event.id, event.at, event.kind, event.subject_kind, event.subject_id, event.actor, event.data, head.attempts
FROM (
    SELECT delivery.id, delivery.event_id, delivery.event_at, delivery.attempts
    FROM delivery
    WHERE delivery.subscriber = %(subscriber)s AND delivery.lane = %(lane)s
      AND NOT EXISTS (
          SELECT 1 FROM parked_subject
          WHERE parked_subject.subscriber = delivery.subscriber AND parked_subject.subject_id = delivery.subject_id)
      AND NOT EXISTS (
          SELECT 1 FROM delivery AS earlier
          WHERE earlier.subscriber = delivery.subscriber AND earlier.subject_id = delivery.subject_id
            AND earlier.id <= delivery.id AND earlier.due_at > '-infinity' AND earlier.due_at > %(now)s)
    ORDER BY delivery.subscriber, delivery.lane, delivery.id
    LIMIT %(limit)s
) AS head
CROSS JOIN LATERAL (
    SELECT e.id, e.at, e.kind, e.subject_kind, e.subject_id, e.actor, e.data::text AS data
    FROM event AS e WHERE e.at = head.event_at AND e.id = head.event_id LIMIT 1
) AS event
ORDER BY head.id

-- name: remove_deliveries
DELETE FROM delivery WHERE id = ANY(%(ids)s::bigint[])

-- name: delay_delivery
-- Only while it stands as it was when it failed: another worker may have delivered it since.
UPDATE delivery SET attempts = attempts + 1, due_at = %(due_at)s WHERE id = %(id)s AND attempts = %(attempts)s

-- name: park_subject
WITH failed AS (
    UPDATE delivery SET attempts = attempts + 1 WHERE id = %(id)s AND attempts = %(attempts)s
    RETURNING id, subject_id
)
INSERT INTO parked_subject (subscriber, subject_id, delivery_id, reason, parked_at)
SELECT %(subscriber)s, subject_id, id, %(reason)s, %(now)s FROM failed
ON CONFLICT DO NOTHING

-- name: unpark
-- Named subjects, or all of a subscriber; their deliveries start afresh.
WITH gone AS (
    DELETE FROM parked_subject
    WHERE subscriber = %(subscriber)s
      AND (%(subjects)s::text[] IS NULL OR subject_id = ANY(%(subjects)s::text[]))
    RETURNING subscriber, subject_id
), afresh AS (
    UPDATE delivery SET attempts = 0, due_at = '-infinity'
    FROM gone WHERE delivery.subscriber = gone.subscriber AND delivery.subject_id = gone.subject_id
)
SELECT subject_id FROM gone ORDER BY subject_id

-- name: request_jobs
INSERT INTO job_request (task, arguments, lock, run_at)
SELECT task, arguments, lock, %(run_at)s
FROM unnest(%(tasks)s::text[], %(arguments)s::jsonb[], %(locks)s::text[]) AS r (task, arguments, lock)

-- name: take_job_requests
-- A request for later stays until the organization's own clock has come to it.
SELECT id, task, arguments::text, lock FROM job_request
WHERE run_at IS NULL OR run_at <= %(now)s
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: remove_job_requests
DELETE FROM job_request WHERE id = ANY(%(ids)s::bigint[])

-- name: waiting
SELECT (SELECT count(id) FROM delivery), (SELECT count(subject_id) FROM parked_subject)

-- name: events_by_key
SELECT event.id, event.at, event.kind, event.subject_kind, event.subject_id, event.actor, event.data
FROM unnest(%(ats)s::timestamptz[], %(ids)s::uuid[]) AS k (at, id)
CROSS JOIN LATERAL (
    SELECT e.id, e.at, e.kind, e.subject_kind, e.subject_id, e.actor, e.data::text AS data
    FROM event AS e WHERE e.at = k.at AND e.id = k.id LIMIT 1
) AS event

-- name: events_after
-- Facts in commit-safe order: only those of transactions older than every one still open.
SELECT id, at, kind, subject_kind, subject_id, actor, cause, data::text, sequence, transaction::text
FROM event
WHERE (transaction, sequence) > (%(transaction)s::xid8, %(sequence)s)
  AND transaction < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY transaction, sequence
LIMIT %(limit)s

-- name: position_since
-- The place in the commit-safe order just before the first event told at or after an instant.
SELECT transaction::text, sequence - 1 FROM event
WHERE at >= %(since)s
ORDER BY transaction, sequence LIMIT 1

-- name: latest_position
SELECT transaction::text, sequence FROM event
WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY transaction DESC, sequence DESC LIMIT 1

-- name: due_sweep
-- One worker a period: the row stays locked until the sweep has committed.
INSERT INTO sweep (name, ran_at) VALUES (%(name)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at
WHERE sweep.ran_at <= excluded.ran_at - %(period)s
RETURNING name

-- name: sweep_again
UPDATE sweep SET ran_at = '-infinity' WHERE name = %(name)s
