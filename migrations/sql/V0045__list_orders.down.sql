-- branchline: allow ban-drop-view: what the up made

DROP VIEW listed_bookmarks;

CREATE OR REPLACE VIEW searchable_documents AS
SELECT organization_id, bookmark_id, words
FROM search_documents
WHERE organization_id = (SELECT current_organization());

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
    SELECT b.id FROM below JOIN bookmarks AS b ON b.folder_id = below.id
    UNION ALL
    SELECT b.id
    FROM bookmarks AS b, unnest(b.further_folder_ids) AS further (id)
    JOIN below ON below.id = further.id
    WHERE b.organization_id = (SELECT default_organization()) AND b.further_folder_ids IS NOT NULL
$$;
