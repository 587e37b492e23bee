-- name: find_locations
SELECT id, code, active, capabilities, reserving_group_id, time_zone FROM location WHERE code = ANY(%(codes)s::text[])

-- name: find_groups
SELECT id, code, name, reserving, version FROM location_group WHERE code = ANY(%(codes)s::text[])

-- name: groups_by_id
SELECT id, code, name, reserving, version FROM location_group WHERE id = ANY(%(ids)s::int[])

-- name: hold_grouping
SELECT pg_advisory_xact_lock_shared(hashtextextended('grouping:' || current_schema(), 0))

-- name: lock_grouping
SELECT pg_advisory_xact_lock(hashtextextended('grouping:' || current_schema(), 0))

-- name: lock_locations
SELECT id, code, name, kind, country, address, latitude, longitude, time_zone, opening_hours, capabilities,
    processing_lead_time_s, reserving_group_id, attributes, active, version
FROM location WHERE code = ANY(%(codes)s::text[]) ORDER BY code FOR NO KEY UPDATE

-- name: insert_locations
INSERT INTO location (
    code, name, kind, country, address, latitude, longitude, time_zone, opening_hours, capabilities,
    processing_lead_time_s, reserving_group_id, attributes, active, updated_at
)
SELECT code, name, kind, country, address, latitude, longitude, time_zone, opening_hours,
    string_to_array(capabilities, ','), processing_lead_time_s, reserving_group_id, attributes, active, %(at)s
FROM unnest(
    %(codes)s::text[], %(names)s::text[], %(kinds)s::text[], %(countries)s::text[], %(addresses)s::jsonb[],
    %(latitudes)s::float8[], %(longitudes)s::float8[], %(time_zones)s::text[], %(hours)s::jsonb[],
    %(capabilities)s::text[], %(lead_times)s::int[], %(groups)s::int[], %(attributes)s::jsonb[], %(actives)s::boolean[]
) AS given (
    code, name, kind, country, address, latitude, longitude, time_zone, opening_hours, capabilities,
    processing_lead_time_s, reserving_group_id, attributes, active
)
ORDER BY code COLLATE "C"
ON CONFLICT (code) DO NOTHING

-- name: update_locations
UPDATE location SET
    name = given.name, kind = given.kind, country = given.country, address = given.address,
    latitude = given.latitude, longitude = given.longitude, time_zone = given.time_zone,
    opening_hours = given.opening_hours, capabilities = string_to_array(given.capabilities, ','),
    processing_lead_time_s = given.processing_lead_time_s, reserving_group_id = given.reserving_group_id,
    attributes = given.attributes, active = given.active, version = location.version + 1, updated_at = %(at)s
FROM unnest(
    %(codes)s::text[], %(names)s::text[], %(kinds)s::text[], %(countries)s::text[], %(addresses)s::jsonb[],
    %(latitudes)s::float8[], %(longitudes)s::float8[], %(time_zones)s::text[], %(hours)s::jsonb[],
    %(capabilities)s::text[], %(lead_times)s::int[], %(groups)s::int[], %(attributes)s::jsonb[], %(actives)s::boolean[]
) AS given (
    code, name, kind, country, address, latitude, longitude, time_zone, opening_hours, capabilities,
    processing_lead_time_s, reserving_group_id, attributes, active
)
WHERE location.code = given.code

-- name: members_of
SELECT g.code, l.code
FROM location_group AS g JOIN location AS l ON l.reserving_group_id = g.id
WHERE g.id = ANY(%(ids)s::int[])
UNION ALL
SELECT g.code, l.code
FROM location_group AS g
JOIN location_group_member AS m ON m.group_id = g.id
JOIN location AS l ON l.id = m.location_id
WHERE g.id = ANY(%(ids)s::int[])

-- name: lock_groups
SELECT id, code, name, reserving, version
FROM location_group WHERE code = ANY(%(codes)s::text[]) ORDER BY code FOR NO KEY UPDATE

-- name: lock_places
SELECT id, code, version, reserving_group_id
FROM location WHERE code = ANY(%(codes)s::text[]) ORDER BY code FOR NO KEY UPDATE

-- name: insert_groups
INSERT INTO location_group (code, name, reserving)
SELECT code, name, reserving
FROM unnest(%(codes)s::text[], %(names)s::text[], %(reserving)s::boolean[]) AS given (code, name, reserving)
ORDER BY code COLLATE "C"
ON CONFLICT (code) DO NOTHING

-- name: update_groups
UPDATE location_group SET name = given.name, version = location_group.version + 1
FROM unnest(%(codes)s::text[], %(names)s::text[]) AS given (code, name)
WHERE location_group.code = given.code

-- name: add_members
INSERT INTO location_group_member (group_id, location_id)
SELECT g.id, l.id
FROM unnest(%(groups)s::text[], %(locations)s::text[]) AS given (group_code, location_code)
JOIN location_group AS g ON g.code = given.group_code
JOIN location AS l ON l.code = given.location_code

-- name: remove_members
DELETE FROM location_group_member AS m
USING unnest(%(groups)s::text[], %(locations)s::text[]) AS given (group_code, location_code)
JOIN location_group AS g ON g.code = given.group_code
JOIN location AS l ON l.code = given.location_code
WHERE m.group_id = g.id AND m.location_id = l.id

-- name: set_reserving_groups
UPDATE location SET
    reserving_group_id = (SELECT id FROM location_group WHERE location_group.code = given.group_code),
    version = location.version + 1, updated_at = %(at)s
FROM unnest(%(groups)s::text[], %(locations)s::text[]) AS given (group_code, location_code)
WHERE location.code = given.location_code

-- name: reserving_groups
SELECT id, reserving_group_id FROM location WHERE id = ANY(%(ids)s::int[]) AND reserving_group_id IS NOT NULL
