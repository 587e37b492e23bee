-- name: i1_balances_follow_ledger
-- Balance by balance, what the movements make of it; a shortage is a debt, so it grows by what leaves it.
WITH ledger AS (
    SELECT item_id, location_id,
        sum(quantity * ((to_account = 'available')::int - (from_account = 'available')::int)) AS available,
        sum(quantity * ((to_account = 'reserved')::int - (from_account = 'reserved')::int)) AS reserved,
        sum(quantity * ((to_account = 'allocated')::int - (from_account = 'allocated')::int)) AS allocated,
        sum(quantity * ((to_account = 'damaged')::int - (from_account = 'damaged')::int)) AS damaged,
        sum(quantity * ((to_account = 'quality_hold')::int - (from_account = 'quality_hold')::int)) AS quality_hold,
        sum(quantity * ((from_account = 'shortage')::int - (to_account = 'shortage')::int)) AS shortage
    FROM movement WHERE location_id IS NOT NULL GROUP BY item_id, location_id
)
SELECT format('item %%s at location %%s', coalesce(p.item_id, ledger.item_id), coalesce(p.location_id, ledger.location_id)),
    format('balances %%s, movements %%s',
        ROW (p.available, p.reserved, p.allocated, p.damaged, p.quality_hold, p.shortage),
        ROW (ledger.available, ledger.reserved, ledger.allocated, ledger.damaged, ledger.quality_hold, ledger.shortage))
FROM stock_position AS p
FULL JOIN ledger ON ledger.item_id = p.item_id AND ledger.location_id = p.location_id
WHERE coalesce(p.available, 0) <> coalesce(ledger.available, 0) OR coalesce(p.reserved, 0) <> coalesce(ledger.reserved, 0)
   OR coalesce(p.allocated, 0) <> coalesce(ledger.allocated, 0) OR coalesce(p.damaged, 0) <> coalesce(ledger.damaged, 0)
   OR coalesce(p.quality_hold, 0) <> coalesce(ledger.quality_hold, 0)
   OR coalesce(p.shortage, 0) <> coalesce(ledger.shortage, 0)

-- name: i1_groups_follow_ledger
WITH ledger AS (
    SELECT item_id, group_id, sum(quantity * ((to_account = 'reserved')::int - (from_account = 'reserved')::int)) AS reserved
    FROM movement WHERE group_id IS NOT NULL GROUP BY item_id, group_id
)
SELECT format('item %%s in group %%s', coalesce(g.item_id, ledger.item_id), coalesce(g.group_id, ledger.group_id)),
    format('reserved %%s, movements %%s', coalesce(g.reserved, 0), coalesce(ledger.reserved, 0))
FROM group_position AS g
FULL JOIN ledger ON ledger.item_id = g.item_id AND ledger.group_id = g.group_id
WHERE coalesce(g.reserved, 0) <> coalesce(ledger.reserved, 0)

-- name: i1_total_changes_at_the_door
-- Only receipt, issue and correction pass the door; a group has no door and no accounts but its own two.
SELECT format('movement %%s', id), format('%%s → %%s by %%s', from_account, to_account, cause)
FROM movement
WHERE (group_id IS NOT NULL AND NOT (from_account IN ('open', 'reserved') AND to_account IN ('open', 'reserved')))
   OR (location_id IS NOT NULL AND 'open' IN (from_account, to_account))
   OR ('outside' IN (from_account, to_account) AND cause NOT IN ('feed', 'adjustment')
       AND NOT (cause = 'cart' AND to_account = 'outside' AND from_account IN ('reserved', 'allocated')))

-- name: i2_stock_identity
SELECT format('item %%s at location %%s', item_id, location_id),
    format('available %%s, reserved %%s, allocated %%s, damaged %%s, quality hold %%s, shortage %%s',
        available, reserved, allocated, damaged, quality_hold, shortage)
FROM stock_position
WHERE least(available, reserved, allocated, damaged, quality_hold, shortage) < 0
   OR (available > 0 AND shortage > 0)
   OR available + reserved + allocated + damaged + quality_hold < shortage

-- name: i2_group_supply
-- A group's supply is what its locations have available; what it promised beyond is its shortage, exactly.
WITH members AS (
    SELECT p.item_id, location.reserving_group_id AS group_id, sum(p.available) AS available
    FROM stock_position AS p JOIN location ON location.id = p.location_id
    WHERE location.reserving_group_id IS NOT NULL GROUP BY p.item_id, location.reserving_group_id
)
SELECT format('item %%s in group %%s', coalesce(g.item_id, members.item_id), coalesce(g.group_id, members.group_id)),
    format('supply %%s, reserved %%s, shortage %%s; its locations have %%s', g.supply, g.reserved, g.shortage, members.available)
FROM group_position AS g
FULL JOIN members ON members.item_id = g.item_id AND members.group_id = g.group_id
WHERE coalesce(g.supply, 0) <> coalesce(members.available, 0)
   OR g.reserved < 0 OR g.shortage <> greatest(g.reserved - g.supply, 0)

-- name: i2_reservations_fill_balances
WITH promised AS (
    SELECT item_id, coalesce(location_id, 0) AS location_id, coalesce(group_id, 0) AS group_id,
        sum(quantity) FILTER (WHERE state = 'reserved') AS reserved,
        sum(quantity) FILTER (WHERE state = 'allocated') AS allocated
    FROM reservation GROUP BY item_id, coalesce(location_id, 0), coalesce(group_id, 0)
), balance AS (
    SELECT item_id, location_id, 0 AS group_id, reserved, allocated
    FROM stock_position WHERE reserved <> 0 OR allocated <> 0
    UNION ALL
    SELECT item_id, 0, group_id, reserved, 0 FROM group_position WHERE reserved <> 0
)
SELECT format('item %%s at location %%s, group %%s', coalesce(balance.item_id, promised.item_id),
        coalesce(balance.location_id, promised.location_id), coalesce(balance.group_id, promised.group_id)),
    format('balances reserved %%s, allocated %%s; reservations %%s, %%s', coalesce(balance.reserved, 0), coalesce(balance.allocated, 0),
        coalesce(promised.reserved, 0), coalesce(promised.allocated, 0))
FROM balance
FULL JOIN promised ON promised.item_id = balance.item_id AND promised.location_id = balance.location_id
    AND promised.group_id = balance.group_id
WHERE coalesce(balance.reserved, 0) <> coalesce(promised.reserved, 0)
   OR coalesce(balance.allocated, 0) <> coalesce(promised.allocated, 0)

-- name: i2_reservations_have_owners
-- Of an order line, state by state, as many units as its quantity groups say; of a cart, with an end until it is allocated.
WITH held AS (
    SELECT owner_id, state, item_id, sum(quantity) AS quantity FROM reservation
    WHERE owner_kind = 'order_line' GROUP BY owner_id, state, item_id
), wanted AS (
    SELECT quantity_group.line_id::text AS owner_id,
        CASE WHEN quantity_group.state = 'reserved' THEN 'reserved' ELSE 'allocated' END AS state,
        order_line.item_id, sum(quantity_group.quantity) AS quantity
    FROM quantity_group LEFT JOIN order_line ON order_line.id = quantity_group.line_id
    WHERE quantity_group.state IN ('reserved', 'allocated', 'released', 'accepted', 'picked', 'packed', 'ready_for_pickup')
    GROUP BY 1, 2, 3
)
SELECT format('order line %%s', coalesce(held.owner_id, wanted.owner_id)),
    format('%%s: holds %%s, its groups say %%s', coalesce(held.state, wanted.state), coalesce(held.quantity, 0), coalesce(wanted.quantity, 0))
FROM held FULL JOIN wanted ON wanted.owner_id = held.owner_id AND wanted.state = held.state AND wanted.item_id = held.item_id
WHERE coalesce(held.quantity, 0) <> coalesce(wanted.quantity, 0)
UNION ALL
SELECT format('reservation %%s', id), format('%%s of %%s %%s, expires %%s', state, owner_kind, owner_id, expires_at)
FROM reservation
WHERE quantity <= 0 OR owner_id = ''
   OR (owner_kind = 'cart' AND (state = 'reserved') <> (expires_at IS NOT NULL))
   OR (owner_kind = 'order_line' AND expires_at IS NOT NULL)

-- name: i3_no_oversell
-- Replayed movement by movement: at no time was more promised at a place than was available there.
SELECT format('movement %%s', id), format('leaves %%s available of item %%s at location %%s', running, item_id, location_id)
FROM (
    SELECT id, item_id, location_id, from_account, sum(
            quantity * ((to_account = 'available')::int - (from_account = 'available')::int)
        ) OVER (PARTITION BY item_id, location_id ORDER BY id ROWS UNBOUNDED PRECEDING) AS running
    FROM movement WHERE location_id IS NOT NULL AND 'available' IN (from_account, to_account)
) AS replayed
WHERE running < 0 AND from_account = 'available'

-- name: i4_answered_orders_exist
-- The kept answer to a capture begins with the order's id; only such answers name goods_minor.
SELECT format('key %%s', key), 'the order that was answered does not exist'
FROM (
    SELECT key, convert_from(substring(answer FROM 8 FOR 36), 'UTF8') AS order_id FROM idempotency
    WHERE status = 201 AND substring(answer FROM 1 FOR 7) = convert_to('{"id":"', 'UTF8')
      AND position(convert_to('"goods_minor"', 'UTF8') IN answer) > 0
) AS answered
WHERE NOT EXISTS (SELECT 1 FROM customer_order WHERE customer_order.id::text = answered.order_id)

-- name: i4_deliveries_name_events
SELECT format('delivery %%s to %%s', delivery.id, delivery.subscriber), format('event %%s does not exist', delivery.event_id)
FROM delivery LEFT JOIN event ON event.at = delivery.event_at AND event.id = delivery.event_id
WHERE event.id IS NULL

-- name: i5_effects_once
SELECT format('%%s %%s', cause, cause_id),
    format('%%s × %%s → %%s of item %%s at location %%s', count(id), from_account, to_account, item_id, location_id)
FROM movement WHERE cause IN ('feed', 'adjustment')
GROUP BY cause, cause_id, item_id, location_id, from_account, to_account HAVING count(id) > 1
UNION ALL
SELECT format('event %%s', event_id), format('%%s deliveries to %%s', count(id), subscriber)
FROM delivery GROUP BY subscriber, event_id HAVING count(id) > 1
UNION ALL
SELECT format('order %%s', subject_id), format('captured %%s times', count(id))
FROM event WHERE kind = 'order.captured' GROUP BY subject_id HAVING count(id) > 1

-- name: i6_order_totals
WITH line AS (
    SELECT order_id, sum(unit_price_minor * quantity) AS goods, sum(discount_minor) AS discount, sum(tax_minor) AS tax
    FROM order_line GROUP BY order_id
), charge AS (
    SELECT order_id, sum(amount_minor) AS amount, sum(tax_minor) AS tax FROM order_charge GROUP BY order_id
)
SELECT format('order %%s', o.number), format('goods %%s, discount %%s, charges %%s, tax %%s, total %%s; its parts %%s, %%s, %%s, %%s',
    o.goods_minor, o.discount_minor, o.charges_minor, o.tax_minor, o.total_minor,
    line.goods, line.discount, coalesce(charge.amount, 0), coalesce(line.tax, 0) + coalesce(charge.tax, 0))
FROM customer_order AS o
LEFT JOIN line ON line.order_id = o.id
LEFT JOIN charge ON charge.order_id = o.id
WHERE o.goods_minor <> coalesce(line.goods, -1) OR o.discount_minor <> coalesce(line.discount, -1)
   OR o.charges_minor <> coalesce(charge.amount, 0)
   OR o.tax_minor <> coalesce(line.tax, 0) + coalesce(charge.tax, 0)
   OR o.total_minor <> o.goods_minor - o.discount_minor + o.charges_minor + CASE WHEN o.tax_included THEN 0 ELSE o.tax_minor END

-- name: i6_tenders_add_up
SELECT format('order %%s', coalesce(o.number, tender.order_id::text)),
    format('tenders pay %%s of %%s', sum(tender.amount_minor), coalesce(o.total_minor, 0))
FROM tender LEFT JOIN customer_order AS o ON o.id = tender.order_id
GROUP BY tender.order_id, o.number, o.total_minor
HAVING sum(tender.amount_minor) <> coalesce(o.total_minor, -1) OR min(tender.amount_minor) < 0

-- name: i7_line_quantities
WITH parts AS (
    SELECT order_id, line_id, sum(quantity) AS quantity FROM quantity_group GROUP BY order_id, line_id
)
SELECT format('order line %%s', coalesce(order_line.id, parts.line_id)),
    format('ordered %%s, its groups hold %%s', coalesce(order_line.quantity, 0), coalesce(parts.quantity, 0))
FROM order_line FULL JOIN parts ON parts.line_id = order_line.id AND parts.order_id = order_line.order_id
WHERE coalesce(order_line.quantity, 0) <> coalesce(parts.quantity, 0)
UNION ALL
SELECT format('order %%s', number), 'has no line'
FROM customer_order WHERE NOT EXISTS (SELECT 1 FROM order_line WHERE order_line.order_id = customer_order.id)

-- name: i8_history_explains_state
-- Canceled units are those that events canceled, line by line; every order's history begins with its capture.
WITH told AS (
    SELECT event.subject_id AS order_id, each.key AS line_number, sum(each.value::bigint) AS quantity
    FROM event CROSS JOIN LATERAL jsonb_each_text(event.data -> 'quantities') AS each
    WHERE event.kind = 'order.lines_canceled' GROUP BY event.subject_id, each.key
), canceled AS (
    SELECT order_line.order_id::text AS order_id, order_line.line_number::text AS line_number, sum(quantity_group.quantity) AS quantity
    FROM quantity_group JOIN order_line ON order_line.id = quantity_group.line_id
    WHERE quantity_group.state = 'canceled' GROUP BY order_line.order_id, order_line.line_number
)
SELECT format('order %%s, line %%s', coalesce(told.order_id, canceled.order_id), coalesce(told.line_number, canceled.line_number)),
    format('%%s canceled by its history, %%s by its state', coalesce(told.quantity, 0), coalesce(canceled.quantity, 0))
FROM told FULL JOIN canceled ON canceled.order_id = told.order_id AND canceled.line_number = told.line_number
WHERE coalesce(told.quantity, 0) <> coalesce(canceled.quantity, 0)
UNION ALL
SELECT format('order %%s', customer_order.number), 'nothing tells of its capture'
FROM customer_order
LEFT JOIN (SELECT subject_id FROM event WHERE kind = 'order.captured') AS captured ON captured.subject_id = customer_order.id::text
WHERE captured.subject_id IS NULL
UNION ALL
SELECT format('order line %%s', line_id), format('a state that is none: %%s', state)
FROM quantity_group WHERE NOT state = ANY(%(states)s::text[])

-- name: i10_deliveries_in_order
-- Of one subject an older event never waits behind a newer one, and none of its kind was skipped meanwhile.
WITH waiting AS (
    SELECT delivery.id, delivery.subscriber, delivery.subject_id, delivery.lane, event.kind, event.sequence
    FROM delivery JOIN event ON event.at = delivery.event_at AND event.id = delivery.event_id
), heads AS (
    SELECT subscriber, subject_id, kind, min(sequence) AS sequence FROM waiting
    WHERE NOT EXISTS (
        SELECT 1 FROM parked_subject
        WHERE parked_subject.subscriber = waiting.subscriber AND parked_subject.subject_id = waiting.subject_id)
    GROUP BY subscriber, subject_id, kind
)
SELECT format('%%s, subject %%s', subscriber, subject_id), format('delivery %%s stands before an older event', id)
FROM (
    SELECT id, subscriber, subject_id, sequence, lane,
        lead(sequence) OVER subject AS next_sequence, lead(lane) OVER subject AS next_lane
    FROM waiting WINDOW subject AS (PARTITION BY subscriber, subject_id ORDER BY id)
) AS queued
WHERE next_sequence < sequence OR next_lane <> lane
UNION ALL
SELECT format('%%s, subject %%s', heads.subscriber, heads.subject_id), format('event %%s was skipped or came before its elder', event.id)
FROM heads
JOIN event ON event.subject_id = heads.subject_id AND event.kind = heads.kind AND event.sequence > heads.sequence
WHERE NOT EXISTS (
    SELECT 1 FROM delivery WHERE delivery.subscriber = heads.subscriber AND delivery.event_id = event.id)

-- name: i12_nothing_reaches_out
-- Constraints, defaults, views and triggers of this organization that depend on a table of another schema; and code.
WITH own AS (
    SELECT pg_class.oid, relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
)
SELECT format('%%s.%%s', current_schema(), own.relname), format('depends on %%s', depends.refobjid::regclass)
FROM pg_depend AS depends
LEFT JOIN pg_constraint ON depends.classid = 'pg_constraint'::regclass AND pg_constraint.oid = depends.objid
LEFT JOIN pg_attrdef ON depends.classid = 'pg_attrdef'::regclass AND pg_attrdef.oid = depends.objid
LEFT JOIN pg_rewrite ON depends.classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = depends.objid
JOIN own ON own.oid = CASE depends.classid
    WHEN 'pg_class'::regclass THEN depends.objid WHEN 'pg_constraint'::regclass THEN pg_constraint.conrelid
    WHEN 'pg_attrdef'::regclass THEN pg_attrdef.adrelid WHEN 'pg_rewrite'::regclass THEN pg_rewrite.ev_class END
JOIN pg_class AS target ON target.oid = depends.refobjid
WHERE depends.refclassid = 'pg_class'::regclass
  AND target.relnamespace NOT IN (current_schema()::regnamespace, 'pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
UNION ALL
SELECT format('%%s.%%s', current_schema(), own.relname), format('trigger %%s', tgname)
FROM pg_trigger JOIN own ON own.oid = pg_trigger.tgrelid WHERE NOT tgisinternal
UNION ALL
SELECT format('%%s.%%s', current_schema(), proname), 'is code; an organization holds only data'
FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
UNION ALL
SELECT setting.line, 'sets a search_path for every session'
FROM pg_db_role_setting CROSS JOIN LATERAL unnest(setconfig) AS setting (line)
WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND setting.line LIKE 'search\_path=%%org\_%%'

-- name: i14_nothing_outlives_its_end
SELECT format('reservation %%s of %%s %%s', id, owner_kind, owner_id), format('expired at %%s', expires_at)
FROM reservation WHERE expires_at < %(now)s - interval '120 s'
UNION ALL
SELECT format('hold %%s of order %%s', id, order_id), format('expired at %%s', expires_at)
FROM order_hold WHERE resolved_at IS NULL AND expires_at < %(now)s - interval '120 s'
UNION ALL
SELECT format('webhook delivery %%s', webhook_delivery.id), format('due since %%s', next_attempt_at)
FROM webhook_delivery JOIN webhook_endpoint ON webhook_endpoint.id = webhook_delivery.endpoint_id
WHERE webhook_delivery.state = 'waiting' AND next_attempt_at < %(now)s - interval '1 hour'
  AND webhook_endpoint.active AND coalesce(paused_until, '-infinity') < %(now)s - interval '1 hour'
