-- Persons: everything personal is sealed under a key of its own, kept in another store (see the README).

CREATE TABLE customer (
    id uuid PRIMARY KEY,
    -- The sender's own name for this customer; a pseudonym. Null once erased.
    reference text UNIQUE,
    category text,
    sealed bytea,
    -- Keyed hashes of mail, phone and prefixes of the names; nothing can be read from them without the hash key.
    search_hashes bigint[] NOT NULL DEFAULT '{}',
    -- The keyed hash of the mail of a guest (a customer without reference): how a guest is known again.
    guest_mail_hash bigint,
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    erased_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    CHECK (guest_mail_hash IS NULL OR reference IS NULL),
    CHECK (erased_at IS NULL OR (sealed IS NULL AND reference IS NULL AND search_hashes = '{}'
        AND guest_mail_hash IS NULL AND attributes = '{}'))
);
-- New entries wait in a short list and go into the index in sorted bulk; a search reads that list, so it stays short.
CREATE INDEX customer_search ON customer USING gin (search_hashes) WITH (gin_pending_list_limit = 1024);
CREATE INDEX customer_guest_mail ON customer (guest_mail_hash) WHERE guest_mail_hash IS NOT NULL;

-- A place where a customer receives or is billed. Country and region stay readable, for tax and statistics.
CREATE TABLE contact (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer,
    content_hash bytea,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    region text NOT NULL DEFAULT '',
    sealed bytea,
    created_at timestamptz NOT NULL,
    UNIQUE (customer_id, content_hash)
);

-- Who was erased: what must be erased again after a restore from a backup.
CREATE TABLE erasure (
    customer_id uuid PRIMARY KEY,
    requested_by text NOT NULL,
    erased_at timestamptz NOT NULL,
    -- Null until the key is gone from the key store.
    key_deleted_at timestamptz
);
CREATE INDEX erasure_unfinished ON erasure (customer_id) WHERE key_deleted_at IS NULL;
