-- name: insert_tenders
INSERT INTO tender (id, order_id, position, kind, prepaid, amount_minor, token, brand, last_four, installments)
SELECT id, order_id, position, kind, prepaid, amount_minor, token, brand, last_four, installments
FROM unnest(
    %(ids)s::uuid[], %(orders)s::uuid[], %(positions)s::smallint[], %(kinds)s::text[], %(prepaid)s::boolean[],
    %(amounts)s::bigint[], %(tokens)s::text[], %(brands)s::text[], %(last_fours)s::text[], %(installments)s::smallint[]
) AS given (id, order_id, position, kind, prepaid, amount_minor, token, brand, last_four, installments)
