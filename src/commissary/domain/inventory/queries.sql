-- name: lock_positions
-- The one documented lock order: positions by item and location, then groups by item and group.
SELECT stock_position.item_id, stock_position.location_id, available, reserved, allocated, damaged, quality_hold, shortage
FROM stock_position
JOIN unnest(%(items)s::int[], %(locations)s::int[]) AS wanted (item_id, location_id)
    ON stock_position.item_id = wanted.item_id AND stock_position.location_id = wanted.location_id
ORDER BY stock_position.item_id, stock_position.location_id
FOR NO KEY UPDATE OF stock_position

-- name: lock_groups
SELECT group_position.item_id, group_position.group_id, supply, reserved, shortage
FROM group_position
JOIN unnest(%(items)s::int[], %(groups)s::int[]) AS wanted (item_id, group_id)
    ON group_position.item_id = wanted.item_id AND group_position.group_id = wanted.group_id
ORDER BY group_position.item_id, group_position.group_id
FOR NO KEY UPDATE OF group_position

-- name: create_positions
INSERT INTO stock_position (item_id, location_id)
SELECT DISTINCT item_id, location_id
FROM unnest(%(items)s::int[], %(locations)s::int[]) AS wanted (item_id, location_id)
WHERE NOT EXISTS (
    SELECT 1 FROM stock_position
    WHERE stock_position.item_id = wanted.item_id AND stock_position.location_id = wanted.location_id)
ORDER BY item_id, location_id
ON CONFLICT DO NOTHING

-- name: create_groups
INSERT INTO group_position (item_id, group_id)
SELECT DISTINCT item_id, group_id
FROM unnest(%(items)s::int[], %(groups)s::int[]) AS wanted (item_id, group_id)
WHERE NOT EXISTS (
    SELECT 1 FROM group_position
    WHERE group_position.item_id = wanted.item_id AND group_position.group_id = wanted.group_id)
ORDER BY item_id, group_id
ON CONFLICT DO NOTHING

-- name: change_positions
UPDATE stock_position SET
    available = stock_position.available + change.available,
    reserved = stock_position.reserved + change.reserved,
    allocated = stock_position.allocated + change.allocated,
    damaged = stock_position.damaged + change.damaged,
    quality_hold = stock_position.quality_hold + change.quality_hold,
    shortage = stock_position.shortage + change.shortage
FROM unnest(
    %(items)s::int[], %(locations)s::int[], %(available)s::bigint[], %(reserved)s::bigint[], %(allocated)s::bigint[],
    %(damaged)s::bigint[], %(quality_hold)s::bigint[], %(shortage)s::bigint[]
) AS change (item_id, location_id, available, reserved, allocated, damaged, quality_hold, shortage)
WHERE stock_position.item_id = change.item_id AND stock_position.location_id = change.location_id

-- name: change_groups
UPDATE group_position SET
    supply = group_position.supply + change.supply,
    reserved = group_position.reserved + change.reserved,
    shortage = greatest(group_position.reserved + change.reserved - group_position.supply - change.supply, 0)
FROM unnest(%(items)s::int[], %(groups)s::int[], %(supply)s::bigint[], %(reserved)s::bigint[])
    AS change (item_id, group_id, supply, reserved)
WHERE group_position.item_id = change.item_id AND group_position.group_id = change.group_id

-- name: insert_movements
INSERT INTO movement (at, item_id, location_id, group_id, quantity, from_account, to_account, cause, cause_id, reason, actor)
SELECT %(at)s, item_id, location_id, group_id, quantity, source, target, cause, cause_id,
    coalesce(%(reasons)s::jsonb ->> cause_id, %(reason)s), %(actor)s
FROM unnest(
    %(items)s::int[], %(locations)s::int[], %(groups)s::int[], %(quantities)s::bigint[], %(sources)s::text[],
    %(targets)s::text[], %(causes)s::text[], %(cause_ids)s::text[]
) AS move (item_id, location_id, group_id, quantity, source, target, cause, cause_id)

-- name: insert_reservations
INSERT INTO reservation (id, item_id, location_id, group_id, quantity, state, owner_kind, owner_id, expires_at)
SELECT id, item_id, location_id, group_id, quantity, state, owner_kind, owner_id, expires_at
FROM unnest(
    %(ids)s::uuid[], %(items)s::int[], %(locations)s::int[], %(groups)s::int[], %(quantities)s::bigint[],
    %(states)s::text[], %(owner_kinds)s::text[], %(owners)s::text[], %(expiries)s::timestamptz[]
) AS given (id, item_id, location_id, group_id, quantity, state, owner_kind, owner_id, expires_at)

-- name: lock_cart
-- A cart may hold nothing yet, so there is no row to lock: one request at a time changes what it holds.
SELECT pg_advisory_xact_lock(hashtextextended('cart:' || current_schema() || ':' || %(cart)s, 0))

-- name: reservations_of
SELECT id, item_id, location_id, group_id, quantity, state, owner_kind, owner_id, expires_at
FROM reservation
WHERE owner_kind = %(owner_kind)s AND owner_id = ANY(%(owners)s::text[])
ORDER BY id
FOR NO KEY UPDATE

-- name: expired_reservations
SELECT id, item_id, location_id, group_id, quantity, state, owner_kind, owner_id, expires_at
FROM reservation
WHERE expires_at <= %(now)s
ORDER BY expires_at, id
LIMIT %(limit)s
FOR NO KEY UPDATE SKIP LOCKED

-- name: set_reservations
-- What is left of each reservation; none left removes it.
WITH left_over AS (
    SELECT id, quantity FROM unnest(%(ids)s::uuid[], %(quantities)s::bigint[]) AS given (id, quantity)
), gone AS (
    DELETE FROM reservation USING left_over WHERE reservation.id = left_over.id AND left_over.quantity = 0
)
UPDATE reservation SET quantity = left_over.quantity
FROM left_over WHERE reservation.id = left_over.id AND left_over.quantity > 0

-- name: locations_with_stock
SELECT DISTINCT location_id FROM stock_position
WHERE location_id = ANY(%(locations)s::int[])
  AND available + reserved + allocated + damaged + quality_hold + shortage > 0

-- name: note_message
-- False when this message came before.
WITH noted AS (
    INSERT INTO feed_message (source, sequence, received_at) VALUES (%(source)s, %(sequence)s, %(at)s)
    ON CONFLICT DO NOTHING RETURNING sequence
)
SELECT count(*) = 1 FROM noted

-- name: note_feed
INSERT INTO feed (source, location_id, last_sequence, received_at)
SELECT %(source)s, location_id, %(sequence)s, %(at)s FROM unnest(%(locations)s::int[]) AS given (location_id)
ON CONFLICT (source, location_id) DO UPDATE
    SET last_sequence = greatest(feed.last_sequence, EXCLUDED.last_sequence), received_at = EXCLUDED.received_at

-- name: unnamed_positions
-- Positions that a complete message leaves out although there is stock by our books.
SELECT stock_position.item_id, stock_position.location_id
FROM stock_position
LEFT JOIN unnest(%(items)s::int[], %(places)s::int[]) AS named (item_id, location_id)
    ON named.item_id = stock_position.item_id AND named.location_id = stock_position.location_id
WHERE stock_position.location_id = ANY(%(locations)s::int[]) AND named.item_id IS NULL
  AND available + reserved + allocated + damaged + quality_hold > shortage

-- name: lock_positions_quietly
SELECT count(*) FROM (
    SELECT 1 FROM stock_position
    JOIN unnest(%(items)s::int[], %(locations)s::int[]) AS wanted (item_id, location_id)
        ON stock_position.item_id = wanted.item_id AND stock_position.location_id = wanted.location_id
    ORDER BY stock_position.item_id, stock_position.location_id
    FOR NO KEY UPDATE OF stock_position
) AS locked

-- name: apply_feed
-- What is on hand by the message, less what is promised or set aside, is available; what is missing is a shortage.
-- Positions are locked in their order while they are read, so what is weighed is what is changed.
WITH given AS (
    SELECT item_id, location_id, amount, damaged, quality_hold
    FROM unnest(%(items)s::int[], %(locations)s::int[], %(amounts)s::bigint[], %(damaged)s::bigint[], %(holds)s::bigint[])
        AS g (item_id, location_id, amount, damaged, quality_hold)
), weighed AS MATERIALIZED (
    SELECT given.item_id, given.location_id,
        p.available, p.shortage, p.damaged, p.quality_hold,
        coalesce(given.damaged, p.damaged) AS new_damaged,
        coalesce(given.quality_hold, p.quality_hold) AS new_hold,
        p.reserved + p.allocated + coalesce(given.damaged, p.damaged) + coalesce(given.quality_hold, p.quality_hold) AS spoken_for,
        CASE WHEN %(full)s THEN given.amount
             ELSE p.available + p.reserved + p.allocated + p.damaged + p.quality_hold - p.shortage + given.amount END AS on_hand,
        p.feed_sequence >= %(sequence)s OR (%(full)s AND p.delta_sequence >= %(sequence)s) AS stale
    FROM given JOIN stock_position AS p ON p.item_id = given.item_id AND p.location_id = given.location_id
    ORDER BY p.item_id, p.location_id
    FOR NO KEY UPDATE OF p
), target AS MATERIALIZED (
    SELECT item_id, location_id, available, shortage, damaged, quality_hold, new_damaged, new_hold,
        greatest(on_hand - spoken_for, 0) AS new_available, greatest(spoken_for - on_hand, 0) AS new_shortage,
        CASE WHEN stale THEN 'stale' WHEN on_hand < 0 THEN 'below_zero'
             WHEN available - shortage = on_hand - spoken_for AND damaged = new_damaged AND quality_hold = new_hold THEN 'unchanged'
             ELSE 'applied' END AS outcome
    FROM weighed
), changed AS (
    UPDATE stock_position SET
        available = target.new_available, shortage = target.new_shortage,
        damaged = target.new_damaged, quality_hold = target.new_hold,
        feed_sequence = CASE WHEN %(full)s THEN %(sequence)s ELSE stock_position.feed_sequence END,
        delta_sequence = CASE WHEN %(full)s THEN stock_position.delta_sequence
                              ELSE greatest(stock_position.delta_sequence, %(sequence)s) END
    FROM target
    WHERE stock_position.item_id = target.item_id AND stock_position.location_id = target.location_id
      AND (target.outcome = 'applied' OR (target.outcome = 'unchanged' AND %(full)s))
), moved AS (
    INSERT INTO movement (at, item_id, location_id, quantity, from_account, to_account, cause, cause_id, actor)
    SELECT %(at)s, item_id, location_id, abs(change),
        CASE WHEN change > 0 THEN 'outside' ELSE account END, CASE WHEN change > 0 THEN account ELSE 'outside' END,
        'feed', %(cause_id)s, %(actor)s
    FROM target CROSS JOIN LATERAL (VALUES
        ('available', new_available - available), ('shortage', shortage - new_shortage),
        ('damaged', new_damaged - damaged), ('quality_hold', new_hold - quality_hold)) AS change (account, change)
    WHERE target.outcome = 'applied' AND change <> 0
), supplied AS (
    UPDATE group_position SET
        supply = group_position.supply + sums.change,
        shortage = greatest(group_position.reserved - group_position.supply - sums.change, 0)
    FROM (
        SELECT target.item_id, member.group_id, sum(new_available - available) AS change
        FROM target
        JOIN unnest(%(member_locations)s::int[], %(member_groups)s::int[]) AS member (location_id, group_id)
            ON member.location_id = target.location_id
        WHERE target.outcome = 'applied'
        GROUP BY target.item_id, member.group_id
    ) AS sums
    WHERE group_position.item_id = sums.item_id AND group_position.group_id = sums.group_id AND sums.change <> 0
)
SELECT item_id, location_id, outcome, CASE WHEN new_shortage > shortage THEN new_shortage ELSE 0 END, 1
FROM target
WHERE outcome = 'below_zero' OR new_shortage > shortage
UNION ALL
SELECT NULL, NULL, outcome, 0, count(*) FROM target GROUP BY outcome

-- name: forget_messages
DELETE FROM feed_message WHERE received_at < %(before)s
