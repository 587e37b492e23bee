-- name: customers_by_id
SELECT id, reference, category, sealed, attributes, created_at, erased_at, version
FROM customer WHERE id = ANY(%(ids)s::uuid[])

-- name: customers_found
-- Newest first: all the hashes at once, or the sender's reference itself.
SELECT id, reference, category, sealed, attributes, created_at, erased_at, version
FROM customer
WHERE (search_hashes @> %(hashes)s::bigint[] AND %(hashes)s::bigint[] <> '{}' OR reference = %(reference)s)
  AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
ORDER BY id DESC LIMIT %(limit)s

-- name: contacts_of
SELECT id, customer_id, country, region, sealed, created_at
FROM contact WHERE customer_id = ANY(%(customers)s::uuid[]) ORDER BY customer_id, created_at, id

-- name: contacts_by_id
SELECT id, customer_id, country, region, sealed, created_at FROM contact WHERE id = ANY(%(ids)s::uuid[])

-- name: orders_of
SELECT id, number, channel, kind, ship_to_id, bill_to_id, currency, placed_at, captured_at, purchase_order_number,
       requested_ship_on, requested_delivery_on, goods_minor, discount_minor, charges_minor, tax_minor, tax_included,
       total_minor, attributes
FROM customer_order WHERE customer_id = %(customer)s ORDER BY placed_at, id

-- name: lines_of
SELECT order_line.order_id, order_line.line_number, item.sku, order_line.quantity, order_line.ship_to_id,
       order_line.unit_price_minor, order_line.discount_minor, order_line.tax_minor, order_line.attributes
FROM order_line JOIN customer_order ON customer_order.id = order_line.order_id
JOIN item ON item.id = order_line.item_id
WHERE customer_order.customer_id = %(customer)s ORDER BY order_line.order_id, order_line.line_number

-- name: history_of
SELECT at, kind, data::text FROM event WHERE subject_id = %(customer)s::text ORDER BY sequence
