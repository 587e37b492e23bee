-- name: location
SELECT location.id, location.code, location.name, kind, country, address, latitude, longitude, time_zone, opening_hours,
    capabilities, processing_lead_time_s,
    (SELECT g.code FROM location_group AS g WHERE g.id = reserving_group_id),
    ARRAY(SELECT g.code FROM location_group_member AS m JOIN location_group AS g ON g.id = m.group_id
        WHERE m.location_id = location.id ORDER BY g.code),
    attributes, active, location.version, updated_at
FROM location WHERE code = %(code)s

-- name: locations
SELECT location.id, location.code, location.name, kind, country, address, latitude, longitude, time_zone, opening_hours,
    capabilities, processing_lead_time_s,
    (SELECT g.code FROM location_group AS g WHERE g.id = reserving_group_id),
    ARRAY(SELECT g.code FROM location_group_member AS m JOIN location_group AS g ON g.id = m.group_id
        WHERE m.location_id = location.id ORDER BY g.code),
    attributes, active, location.version, updated_at
FROM location
WHERE code > %(after)s::text
    AND (%(q)s::text = '' OR starts_with(lower(code), lower(%(q)s)) OR starts_with(lower(name), lower(%(q)s)))
    AND (%(kind)s::text IS NULL OR kind = %(kind)s)
    AND (%(capability)s::text IS NULL OR capabilities @> ARRAY[%(capability)s::text])
    AND (%(active)s::boolean IS NULL OR active = %(active)s)
    AND (%(location_group)s::text IS NULL OR id IN (
        SELECT m.location_id FROM location_group_member AS m JOIN location_group AS g ON g.id = m.group_id
        WHERE g.code = %(location_group)s
        UNION ALL
        SELECT l.id FROM location AS l JOIN location_group AS g ON g.id = l.reserving_group_id
        WHERE g.code = %(location_group)s
    ))
ORDER BY location.code LIMIT %(limit)s

-- name: location_group
SELECT id, code, name, reserving, version,
    ARRAY(
        SELECT l.code FROM location AS l WHERE l.reserving_group_id = location_group.id
        UNION ALL
        SELECT l.code FROM location_group_member AS m JOIN location AS l ON l.id = m.location_id
        WHERE m.group_id = location_group.id
        ORDER BY 1
    )
FROM location_group WHERE code = %(code)s

-- name: location_groups
SELECT id, code, name, reserving, version,
    ARRAY(
        SELECT l.code FROM location AS l WHERE l.reserving_group_id = location_group.id
        UNION ALL
        SELECT l.code FROM location_group_member AS m JOIN location AS l ON l.id = m.location_id
        WHERE m.group_id = location_group.id
        ORDER BY 1
    )
FROM location_group WHERE code > %(after)s::text ORDER BY code LIMIT %(limit)s
