-- Orders, their lines, and the quantity groups that carry the state.

CREATE SEQUENCE order_number AS bigint CACHE 1;

CREATE TABLE customer_order (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE CHECK (number <> ''),
    channel text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('consumer', 'business')),
    customer_id uuid NOT NULL,
    ship_to_id uuid,
    bill_to_id uuid,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    placed_at timestamptz NOT NULL,
    captured_at timestamptz NOT NULL,
    purchase_order_number text,
    requested_ship_on date,
    requested_delivery_on date,
    goods_minor bigint NOT NULL,
    discount_minor bigint NOT NULL CHECK (discount_minor >= 0),
    charges_minor bigint NOT NULL CHECK (charges_minor >= 0),
    tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
    tax_included boolean NOT NULL,
    total_minor bigint NOT NULL CHECK (total_minor >= 0),
    attributes jsonb NOT NULL DEFAULT '{}',
    body_hash bytea NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CHECK (total_minor = goods_minor - discount_minor + charges_minor + CASE WHEN tax_included THEN 0 ELSE tax_minor END)
);
CREATE INDEX customer_order_customer ON customer_order (customer_id, placed_at, id);
CREATE INDEX customer_order_placed_at ON customer_order (placed_at, id);
CREATE INDEX customer_order_purchase_order ON customer_order (purchase_order_number) WHERE purchase_order_number IS NOT NULL;
CREATE INDEX customer_order_attributes ON customer_order USING gin (attributes jsonb_path_ops) WHERE attributes <> '{}';

-- Lines, charges and groups are written in the transaction of their order and orders are never deleted: a foreign key
-- would only check, row by row, what the audit checks for all of them at once.
CREATE TABLE order_line (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_number integer NOT NULL CHECK (line_number > 0),
    item_id integer NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    method text NOT NULL CHECK (method IN ('ship', 'pickup')),
    -- The location that the sender chose: where the customer picks up, or a forced ship-from.
    location_id integer,
    ship_to_id uuid,
    requested_on date,
    unit_price_minor bigint NOT NULL CHECK (unit_price_minor >= 0),
    discount_minor bigint NOT NULL CHECK (discount_minor >= 0),
    tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
    attributes jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (order_id, line_number),
    CHECK (method = 'ship' OR location_id IS NOT NULL),
    CHECK (discount_minor <= unit_price_minor * quantity)
);
CREATE INDEX order_line_item ON order_line (item_id);

-- Shipping, gift wrap, payment fees: amounts of the order that belong to no line.
CREATE TABLE order_charge (
    order_id uuid NOT NULL,
    kind text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
    PRIMARY KEY (order_id, kind)
);

CREATE TABLE quantity_group (
    order_id uuid NOT NULL,
    line_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN (
        'draft', 'placed', 'reserved', 'allocated', 'released', 'accepted', 'picked', 'packed', 'shipped',
        'ready_for_pickup', 'delivered', 'collected', 'backordered', 'canceled')),
    plan_leg_id uuid,
    fulfillment_line_id uuid,
    quantity bigint NOT NULL CHECK (quantity > 0),
    UNIQUE NULLS NOT DISTINCT (order_id, line_id, state, plan_leg_id, fulfillment_line_id)
) WITH (fillfactor = 80);
CREATE INDEX quantity_group_open ON quantity_group (state, order_id)
    WHERE state NOT IN ('delivered', 'collected', 'canceled', 'shipped');

-- A hold blocks named transitions until it is resolved or expires. Without a line it holds the whole order.
CREATE TABLE order_hold (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES customer_order,
    line_id uuid,
    kind text NOT NULL,
    reason text NOT NULL DEFAULT '',
    blocks text[] NOT NULL,
    placed_at timestamptz NOT NULL,
    placed_by text NOT NULL,
    expires_at timestamptz,
    resolved_at timestamptz,
    resolved_by text,
    resolution text
);
CREATE INDEX order_hold_order ON order_hold (order_id);
CREATE INDEX order_hold_active ON order_hold (kind, placed_at) WHERE resolved_at IS NULL;
CREATE INDEX order_hold_expiry ON order_hold (expires_at) WHERE resolved_at IS NULL AND expires_at IS NOT NULL;
