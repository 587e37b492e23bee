-- name: held_by_line
SELECT order_line.line_number, coalesce(location.code, location_group.code), reservation.state,
    sum(reservation.quantity)::bigint
FROM order_line
JOIN reservation ON reservation.owner_id = order_line.id::text AND reservation.owner_kind = 'order_line'
LEFT JOIN location ON location.id = reservation.location_id
LEFT JOIN location_group ON location_group.id = reservation.group_id
WHERE order_line.order_id = %(order)s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
