-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP INDEX IF EXISTS goes before; IF NOT EXISTS would keep an invalid index
--
-- The bookmarks that stand in several folders, which a search within a folder looks through. Dropped first, because a build
-- that was interrupted leaves an invalid index.

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_further_folders;
CREATE INDEX CONCURRENTLY ix_bookmarks_further_folders ON bookmarks (id) WHERE further_folder_ids IS NOT NULL;
