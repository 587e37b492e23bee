-- name: customers_known
-- By reference, and the oldest live guest with this hash of the mail; one of the two is null in each place.
SELECT given.position, named.id, NULL::bytea AS sealed
FROM unnest(%(references)s::text[]) WITH ORDINALITY AS given (reference, position)
CROSS JOIN LATERAL (SELECT customer.id FROM customer WHERE customer.reference = given.reference LIMIT 1) AS named
UNION ALL
SELECT given.position, guest.id, guest.sealed
FROM unnest(%(guest_mails)s::bigint[]) WITH ORDINALITY AS given (mail_hash, position)
CROSS JOIN LATERAL (
    SELECT customer.id, customer.sealed FROM customer
    WHERE customer.guest_mail_hash = given.mail_hash
    ORDER BY customer.created_at, customer.id LIMIT 1
) AS guest

-- name: contacts_known
SELECT given.customer_id, given.content_hash, known.id
FROM unnest(%(customers)s::uuid[], %(hashes)s::bytea[]) AS given (customer_id, content_hash)
CROSS JOIN LATERAL (
    SELECT contact.id FROM contact
    WHERE contact.customer_id = given.customer_id AND contact.content_hash = given.content_hash LIMIT 1
) AS known

-- name: insert_customers
INSERT INTO customer (id, reference, category, sealed, search_hashes, guest_mail_hash, created_at)
SELECT id, reference, category, sealed, search_hashes::bigint[], guest_mail_hash, %(now)s
FROM unnest(
    %(ids)s::uuid[], %(references)s::text[], %(categories)s::text[], %(sealed)s::bytea[], %(search_hashes)s::text[],
    %(guest_mails)s::bigint[]
) AS given (id, reference, category, sealed, search_hashes, guest_mail_hash)

-- name: insert_contacts
-- The contact of an erased customer finds no owner: the nil id is refused by the foreign key.
WITH live AS (
    SELECT id FROM customer WHERE id = ANY(%(owners)s::uuid[]) AND erased_at IS NULL ORDER BY id FOR KEY SHARE
)
INSERT INTO contact (id, customer_id, content_hash, country, region, sealed, created_at)
SELECT given.id, coalesce(live.id, '00000000-0000-0000-0000-000000000000'), given.content_hash, given.country,
       given.region, given.sealed, %(now)s
FROM unnest(
    %(ids)s::uuid[], %(customers)s::uuid[], %(hashes)s::bytea[], %(countries)s::text[], %(regions)s::text[],
    %(sealed)s::bytea[]
) AS given (id, customer_id, content_hash, country, region, sealed)
LEFT JOIN live ON live.id = given.customer_id

-- name: lock_customers
SELECT id, erased_at, version, reference FROM customer WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE

-- name: change_customers
UPDATE customer
SET category = given.category, sealed = given.sealed, search_hashes = given.search_hashes::bigint[],
    guest_mail_hash = given.guest_mail_hash, attributes = given.attributes, version = customer.version + 1
FROM unnest(
    %(ids)s::uuid[], %(categories)s::text[], %(sealed)s::bytea[], %(search_hashes)s::text[], %(guest_mails)s::bigint[],
    %(attributes)s::jsonb[]
) AS given (id, category, sealed, search_hashes, guest_mail_hash, attributes)
WHERE customer.id = given.id

-- name: erase_customers
UPDATE customer
SET reference = NULL, sealed = NULL, search_hashes = '{}', guest_mail_hash = NULL, attributes = '{}',
    erased_at = %(now)s, version = version + 1
WHERE id = ANY(%(ids)s::uuid[]) AND erased_at IS NULL

-- name: erase_contacts
UPDATE contact SET sealed = NULL, content_hash = NULL, region = '' WHERE customer_id = ANY(%(ids)s::uuid[])

-- name: record_erasures
INSERT INTO erasure (customer_id, requested_by, erased_at)
SELECT id, %(requested_by)s, %(now)s FROM unnest(%(ids)s::uuid[]) AS given (id)
ON CONFLICT (customer_id) DO NOTHING

-- name: unfinished_erasures
SELECT customer_id FROM erasure WHERE key_deleted_at IS NULL ORDER BY customer_id LIMIT %(limit)s

-- name: erased_since
SELECT EXISTS (SELECT 1 FROM erasure WHERE key_deleted_at >= %(at)s)

-- name: finish_erasures
UPDATE erasure SET key_deleted_at = %(now)s WHERE customer_id = ANY(%(ids)s::uuid[]) AND key_deleted_at IS NULL

-- name: erasures_after
SELECT customer_id FROM erasure WHERE customer_id > %(after)s ORDER BY customer_id LIMIT %(limit)s
