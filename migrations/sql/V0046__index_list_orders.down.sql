-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: each statement may be run again; DROP goes before what is made

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_further_folders;
CREATE INDEX CONCURRENTLY ix_bookmarks_further_folders ON bookmarks (id) WHERE further_folder_ids IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_organization_further;

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_folder_id;
CREATE INDEX CONCURRENTLY ix_bookmarks_folder_id ON bookmarks (folder_id) WHERE folder_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_organization_folder;

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_title;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_modified;
