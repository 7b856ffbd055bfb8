-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: each statement may be run again; DROP goes before what is made

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_organization_folder;
CREATE INDEX CONCURRENTLY ix_bookmarks_organization_folder ON bookmarks (organization_id, folder_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_in_folder;

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_untagged;
DROP INDEX CONCURRENTLY IF EXISTS search_vocabulary_words;
DROP INDEX CONCURRENTLY IF EXISTS search_documents_keys;
