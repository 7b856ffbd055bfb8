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
    RETURN (
        WITH RECURSIVE up (parent_id, name, nth, room) AS (
            SELECT f.parent_id, f.name, 1, 1024 - octet_length(f.name) - 1
            FROM folders AS f
            WHERE f.organization_id = organization AND f.id = folder_id
            UNION ALL
            SELECT f.parent_id, f.name, u.nth + 1, u.room - octet_length(f.name) - 1
            FROM up AS u
            CROSS JOIN LATERAL (
                SELECT * FROM folders AS f WHERE f.organization_id = organization AND f.id = u.parent_id OFFSET 0
            ) AS f
            WHERE u.room >= 0
        )
        SELECT array_agg(
            CASE WHEN room >= 0 THEN up.name WHEN nth = 1 THEN left(up.name, 255) || '…' ELSE '…' END
            ORDER BY nth DESC)
        FROM up);
END
$$;

DROP FUNCTION folder_paths(uuid[]);
