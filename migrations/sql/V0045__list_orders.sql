-- The orders of lists. A page begins where the one before it ends, which an index finds, but not under row
-- security: the planner takes coalesce() and lower() for functions that may leak what they are given. The view
-- reads with its owner's rights and is no security barrier, as searchable_documents is (docs/access.md).

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

-- The label in the index of words is the organization already. A condition that no index serves keeps the
-- planner from reading all keys of the organization beside it, 100,000 for a handful of documents.
CREATE OR REPLACE VIEW searchable_documents AS
SELECT organization_id, bookmark_id, words
FROM search_documents
WHERE organization_id IS NOT DISTINCT FROM (SELECT current_organization());

-- Each folder's bookmarks are looked up by themselves: the planner takes a folder for a tree of thousands, and
-- would read all bookmarks.
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
