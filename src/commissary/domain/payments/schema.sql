-- Tenders: the means of payment that an order names. No card number, ever.

CREATE TABLE tender (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    position smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('card', 'bank_transfer', 'wallet', 'gift_card', 'account', 'cash', 'voucher', 'other')),
    prepaid boolean NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    token text,
    brand text,
    last_four text CHECK (last_four ~ '^[0-9]{4}$'),
    installments smallint NOT NULL DEFAULT 1 CHECK (installments BETWEEN 1 AND 120),
    UNIQUE (order_id, position)
);
