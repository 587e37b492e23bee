-- Who may do what: users with sessions, keys of machines, roles and location scope.

CREATE TABLE app_user (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    display_name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL CHECK (role IN ('administrator', 'operator', 'store_associate', 'service_agent', 'read_only')),
    -- Null: all locations.
    location_ids integer[],
    active boolean NOT NULL DEFAULT true,
    expires_at timestamptz,
    failed_attempts integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1
);

CREATE TABLE user_session (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES app_user,
    csrf_token text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX user_session_user ON user_session (user_id);
CREATE INDEX user_session_expiry ON user_session (expires_at);

CREATE TABLE api_key (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    -- The visible beginning, so that people can tell keys apart.
    prefix text NOT NULL,
    role text NOT NULL CHECK (role IN ('administrator', 'operator', 'store_associate', 'service_agent', 'read_only')),
    -- Null: every permission of the role.
    scopes text[],
    location_ids integer[],
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL
);
