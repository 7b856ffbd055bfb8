-- branchline: no-transaction
-- branchline: allow ban-drop-constraint: NOT NULL, which it proves, takes its place
-- branchline: allow prefer-robust-stmts: each statement may be run again; DROP goes before what is made
--
-- Gives the bookmarks that are there their numbers, in the order of their ids. Each batch commits by itself,
-- so that no lock is held long; a rerun does what is left.

DO $$
DECLARE
    batch CONSTANT integer := 5000;
    low record;
    high record;
BEGIN
    SELECT '00000000-0000-0000-0000-000000000000'::uuid AS organization_id,
           '00000000-0000-0000-0000-000000000000'::uuid AS id INTO low;
    LOOP
        SELECT organization_id, id INTO high FROM bookmarks
        WHERE (organization_id, id) > (low.organization_id, low.id)
        ORDER BY organization_id, id OFFSET batch - 1 LIMIT 1;
        UPDATE bookmarks AS b SET number = numbered.number
        FROM (
            SELECT organization_id, id, nextval('bookmarks_number_seq') AS number
            FROM (
                SELECT organization_id, id FROM bookmarks
                WHERE (organization_id, id) > (low.organization_id, low.id) AND number IS NULL
                ORDER BY organization_id, id LIMIT batch
            ) AS next
        ) AS numbered
        WHERE b.organization_id = numbered.organization_id AND b.id = numbered.id AND b.number IS NULL;
        COMMIT;
        EXIT WHEN high.id IS NULL;
        low := high;
    END LOOP;
END
$$;

-- Each is dropped first, because a build that was interrupted leaves an invalid index.
DROP INDEX CONCURRENTLY IF EXISTS bookmarks_number_key;
CREATE UNIQUE INDEX CONCURRENTLY bookmarks_number_key ON bookmarks (number);

-- A column is marked as never null without reading the table, where a validated constraint says so.
ALTER TABLE bookmarks DROP CONSTRAINT IF EXISTS number_is_there;
ALTER TABLE bookmarks ADD CONSTRAINT number_is_there CHECK (number IS NOT NULL) NOT VALID;
ALTER TABLE bookmarks VALIDATE CONSTRAINT number_is_there;
ALTER TABLE bookmarks ALTER COLUMN number SET NOT NULL;
ALTER TABLE bookmarks DROP CONSTRAINT number_is_there;

-- What is listed most: by the date when a bookmark was added; what is unread; what was put away.
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_added;
CREATE INDEX CONCURRENTLY ix_bookmarks_added
    ON bookmarks (organization_id, coalesce(add_date, created_at, '-infinity'), id);
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_unread;
CREATE INDEX CONCURRENTLY ix_bookmarks_unread ON bookmarks (organization_id, id) WHERE unread;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_archived;
CREATE INDEX CONCURRENTLY ix_bookmarks_archived ON bookmarks (organization_id, id) WHERE is_archived;
