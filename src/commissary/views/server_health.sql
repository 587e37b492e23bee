-- name: server_facts
SELECT current_setting('server_version_num')::int, current_setting('fsync'), current_setting('full_page_writes'),
    current_setting('synchronous_commit'), clock_timestamp(),
    (SELECT system_identifier::text FROM pg_control_system()), current_setting('max_connections')::int,
    (SELECT count(*) FROM pg_stat_activity)

-- name: organization_facts
-- Deliveries are counted only up to a bound: how many wait beyond it changes nothing.
SELECT (SELECT count(*) FROM (SELECT 1 FROM delivery
        WHERE event_at < %(now)s - interval '60 s' AND due_at <= %(now)s
          AND NOT EXISTS (SELECT 1 FROM parked_subject
              WHERE parked_subject.subscriber = delivery.subscriber AND parked_subject.subject_id = delivery.subject_id)
        LIMIT 10000) AS late),
    (SELECT count(*) FROM parked_subject),
    (SELECT count(*) FROM job_request WHERE coalesce(run_at, '-infinity') < %(now)s - interval '60 s'),
    (SELECT count(*) FROM sweep),
    EXISTS (SELECT 1 FROM setting WHERE name = 'outbox.registered'),
    to_regclass('event_' || to_char(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + interval '1 month', 'YYYY_MM'))
        IS NOT NULL

-- name: has_key_store
SELECT to_regclass('public.person_key') IS NOT NULL
