-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP INDEX IF EXISTS goes before; IF NOT EXISTS would keep an invalid index
--
-- Dropped first, because a build that was interrupted leaves an invalid index.

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_folder_id;
-- What a folder holds; bookmarks at the root are found by project.
CREATE INDEX CONCURRENTLY ix_bookmarks_folder_id ON bookmarks (folder_id) WHERE folder_id IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS ix_import_entries_own_folder_id;
-- Undoing an import asks which other imports bring its folders.
CREATE INDEX CONCURRENTLY ix_import_entries_own_folder_id ON import_entries (own_folder_id) WHERE outcome = 'folder';
