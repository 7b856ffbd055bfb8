-- The paths of many folders by one query, for a list that shows one for each of its rows.

-- Shared folders are read once for each path. OFFSET 0 keeps the lookups from being a join of the whole table.
CREATE FUNCTION folder_paths(folder_ids uuid[], OUT id uuid, OUT path text[]) RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET enable_seqscan = off
AS $$
DECLARE
    organization CONSTANT uuid := default_organization();
BEGIN
    RETURN QUERY
    WITH RECURSIVE up (of_id, parent_id, name, nth, room) AS (
        SELECT f.id, f.parent_id, f.name, 1, 1024 - octet_length(f.name) - 1
        FROM (SELECT DISTINCT unnest(folder_ids)) AS one (id)
        CROSS JOIN LATERAL (
            SELECT * FROM folders AS f WHERE f.organization_id = organization AND f.id = one.id OFFSET 0
        ) AS f
        UNION ALL
        SELECT u.of_id, f.parent_id, f.name, u.nth + 1, u.room - octet_length(f.name) - 1
        FROM up AS u
        CROSS JOIN LATERAL (
            SELECT * FROM folders AS f WHERE f.organization_id = organization AND f.id = u.parent_id OFFSET 0
        ) AS f
        WHERE u.room >= 0
    )
    SELECT up.of_id, array_agg(
        CASE WHEN room >= 0 THEN up.name WHEN nth = 1 THEN left(up.name, 255) || '…' ELSE '…' END
        ORDER BY nth DESC)
    FROM up
    GROUP BY up.of_id;
END
$$;
COMMENT ON FUNCTION folder_paths(uuid[]) IS
    'The names from the root to each folder that is there: 1,024 bytes of the innermost, after a … where there are more.';

CREATE OR REPLACE FUNCTION folder_path(folder_id uuid) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET enable_seqscan = off
AS $$
DECLARE
    organization CONSTANT uuid := default_organization();
    next_id uuid := folder_id;
    bytes integer := 0;
    path text[] := '{}';
    name text;
BEGIN
    FOR depth IN 1 .. 8 LOOP
        IF next_id IS NULL THEN
            RETURN path;
        END IF;
        SELECT f.parent_id, f.name INTO next_id, name
        FROM folders AS f WHERE f.organization_id = organization AND f.id = next_id;
        IF NOT FOUND THEN
            RETURN path;
        END IF;
        bytes := bytes + octet_length(name) + 1;
        EXIT WHEN bytes > 1024;
        path := name || path;
    END LOOP;
    RETURN (SELECT p.path FROM folder_paths(ARRAY[folder_id]) AS p);
END
$$;
