-- name: events_after
-- In commit-safe order: only events of transactions older than every one still open, so that none is skipped.
SELECT id, at, kind, subject_kind, subject_id, actor, cause, data::text, transaction::text, sequence
FROM event
WHERE (transaction, sequence) > (%(transaction)s::xid8, %(sequence)s)
  AND transaction < pg_snapshot_xmin(pg_current_snapshot())
  AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
ORDER BY transaction, sequence
LIMIT %(limit)s

-- name: events_of_subject
SELECT id, at, kind, subject_kind, subject_id, actor, cause, data::text, transaction::text, sequence
FROM event
WHERE subject_id = %(subject)s
  AND (transaction, sequence) > (%(transaction)s::xid8, %(sequence)s)
  AND transaction < pg_snapshot_xmin(pg_current_snapshot())
  AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
ORDER BY transaction, sequence
LIMIT %(limit)s

-- name: parked_subjects
SELECT parked_subject.subscriber, parked_subject.subject_id, parked_subject.reason, parked_subject.parked_at,
    event.id, event.kind, event.at,
    (SELECT count(d.id) FROM delivery AS d
     WHERE d.subscriber = parked_subject.subscriber AND d.subject_id = parked_subject.subject_id)
FROM parked_subject
LEFT JOIN delivery ON delivery.id = parked_subject.delivery_id
LEFT JOIN event ON event.at = delivery.event_at AND event.id = delivery.event_id
WHERE (%(subscriber)s::text IS NULL OR (parked_subject.subscriber, parked_subject.subject_id) > (%(subscriber)s, %(subject)s::text))
ORDER BY parked_subject.subscriber, parked_subject.subject_id
LIMIT %(limit)s
