-- Outgoing webhooks: where facts are sent, and what became of each sending.

CREATE TABLE webhook_endpoint (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    -- Kinds of events to send; empty: all.
    kinds text[] NOT NULL DEFAULT '{}',
    -- Sealed with the installation's key: needed in the clear to sign.
    sealed_secret bytea NOT NULL,
    -- The secret before the last rotation signs too, until receivers have had time to change.
    sealed_previous_secret bytea,
    previous_secret_until timestamptz,
    description text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true,
    inactive_reason text CHECK (inactive_reason IN ('by_hand', 'gone')),
    -- While every sending fails, the endpoint as a whole is left alone for growing pauses.
    failures_in_row integer NOT NULL DEFAULT 0,
    paused_until timestamptz,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CHECK (active = (inactive_reason IS NULL)),
    CHECK ((sealed_previous_secret IS NULL) = (previous_secret_until IS NULL))
);

-- One row for each event and endpoint. The body is not kept: it is made from the event whenever it is sent.
CREATE TABLE webhook_delivery (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoint,
    event_id uuid NOT NULL,
    event_at timestamptz NOT NULL,
    event_kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'dropped')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    last_status integer,
    last_error text,
    last_duration_ms integer,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    UNIQUE (endpoint_id, event_id),
    CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (endpoint_id, next_attempt_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint_id, created_at, id);
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE state <> 'waiting';
