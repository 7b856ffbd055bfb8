-- branchline: allow ban-drop-view: what the up made

CREATE OR REPLACE FUNCTION folder_path(folder_id uuid) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH RECURSIVE up (parent_id, name, nth, room) AS (
        SELECT f.parent_id, f.name, 1, 1024 - octet_length(f.name) - 1
        FROM folders AS f
        WHERE f.organization_id = (SELECT default_organization()) AND f.id = folder_id
        UNION ALL
        SELECT f.parent_id, f.name, u.nth + 1, u.room - octet_length(f.name) - 1
        FROM up AS u
        CROSS JOIN LATERAL (
            SELECT * FROM folders WHERE organization_id = (SELECT default_organization()) AND id = u.parent_id OFFSET 0
        ) AS f
        WHERE u.room >= 0
    )
    SELECT coalesce(array_agg(
        CASE WHEN room >= 0 THEN name WHEN nth = 1 THEN left(name, 255) || '…' ELSE '…' END ORDER BY nth DESC), '{}')
    FROM up
$$;

DROP VIEW listed_bookmarks;
CREATE VIEW listed_bookmarks AS
SELECT organization_id, id, project_id, is_archived, unread, shared,
       coalesce(add_date, created_at, '-infinity') AS added,
       coalesce(updated_at, created_at, '-infinity') AS modified,
       lower(left(title, 200)) COLLATE "C" AS title_key
FROM bookmarks
WHERE organization_id = (SELECT current_organization());

COMMENT ON VIEW listed_bookmarks IS
    'What bookmarks of the organization that is claimed are listed by. Each of its orders has an index.';
GRANT SELECT ON listed_bookmarks TO branchline_app;

DROP VIEW keyed_documents;
DROP FUNCTION search_key_query(tsquery);
DROP FUNCTION search_keys(uuid, tsvector);
DROP EXTENSION btree_gin;
