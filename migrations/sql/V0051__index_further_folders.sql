-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: each statement may be run again; DROP goes before what is made
--
-- The bookmarks that stand in several folders, by each of these. Few do, so that the index is small, and is
-- written at once rather than collected.
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_further_folder_ids;
CREATE INDEX CONCURRENTLY ix_bookmarks_further_folder_ids
    ON bookmarks USING gin (further_folder_ids) WITH (fastupdate = off)
    WHERE further_folder_ids IS NOT NULL;
