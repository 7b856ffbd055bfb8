CREATE OR REPLACE FUNCTION search_in_folder(path text) RETURNS SETOF uuid
LANGUAGE sql STABLE
SET enable_seqscan = off
SET jit = off
AS $$
    WITH RECURSIVE walk (id, rest) AS (
        SELECT f.id, substr(way.folded, length(fold.name) + 2)
        FROM (SELECT search_fold(path) || '/' AS folded) AS way, folders AS f,
             LATERAL (SELECT search_fold(f.name) AS name) AS fold
        WHERE f.organization_id = (SELECT default_organization()) AND f.parent_id IS NULL
          AND starts_with(way.folded, fold.name || '/')
        UNION
        SELECT f.id, substr(w.rest, length(fold.name) + 2)
        FROM walk AS w
        -- By the index, whatever the statistics say: OFFSET keeps it from being a join.
        CROSS JOIN LATERAL (
            SELECT * FROM folders WHERE organization_id = (SELECT default_organization()) AND parent_id = w.id OFFSET 0
        ) AS f,
             LATERAL (SELECT search_fold(f.name) AS name) AS fold
        WHERE w.rest <> '' AND starts_with(w.rest, fold.name || '/')
    ), below (id) AS (
        SELECT id FROM walk WHERE rest = ''
        UNION
        SELECT f.id FROM below AS b
        CROSS JOIN LATERAL (
            SELECT * FROM folders WHERE organization_id = (SELECT default_organization()) AND parent_id = b.id OFFSET 0
        ) AS f
    )
    SELECT b.id
    FROM below
    CROSS JOIN LATERAL (
        SELECT id FROM bookmarks
        WHERE organization_id = (SELECT default_organization()) AND folder_id = below.id OFFSET 0
    ) AS b
    UNION ALL
    SELECT b.id
    FROM bookmarks AS b, unnest(b.further_folder_ids) AS further (id)
    JOIN below ON below.id = further.id
    WHERE b.organization_id = (SELECT default_organization()) AND b.further_folder_ids IS NOT NULL
$$;

DROP FUNCTION in_further_folders(uuid[]);
