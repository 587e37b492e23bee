-- What all organizations share: their list, and (by procrastinate's own script) the job queue.

CREATE TABLE organization (
    name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    title text NOT NULL,
    kind text NOT NULL DEFAULT 'live' CHECK (kind IN ('live', 'test')),
    clock_offset interval NOT NULL DEFAULT '0',
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (kind = 'test' OR clock_offset = '0')
);
