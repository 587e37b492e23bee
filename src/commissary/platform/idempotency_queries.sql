-- name: claim_keys
-- The lock tells two requests in flight apart; the row, if there is one, is the answer already given.
SELECT given.position, pg_try_advisory_xact_lock(hashtextextended(%(organization)s || given.key, 0)),
       kept.request_hash, kept.status, kept.answer
FROM unnest(%(keys)s::text[]) WITH ORDINALITY AS given (key, position)
LEFT JOIN LATERAL (
    SELECT idempotency.request_hash, idempotency.status, idempotency.answer
    FROM idempotency WHERE idempotency.key = given.key LIMIT 1
) AS kept ON true
ORDER BY given.position

-- name: keep_answers
INSERT INTO idempotency (key, request_hash, status, answer, created_at)
SELECT key, request_hash, status, answer, %(now)s
FROM unnest(%(keys)s::text[], %(hashes)s::bytea[], %(statuses)s::smallint[], %(answers)s::bytea[])
    AS given (key, request_hash, status, answer)

-- name: drop_old
DELETE FROM idempotency WHERE created_at < %(before)s
