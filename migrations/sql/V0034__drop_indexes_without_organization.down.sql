-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP INDEX IF EXISTS goes before; IF NOT EXISTS would keep an invalid index
--
-- The unique ones fail where two organizations have the same URL or content: one must go first.

DROP INDEX CONCURRENTLY IF EXISTS ix_folders_parent_id;
CREATE INDEX CONCURRENTLY ix_folders_parent_id ON folders (parent_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_folders_project_id;
CREATE INDEX CONCURRENTLY ix_folders_project_id ON folders (project_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_import_jobs_project_id;
CREATE INDEX CONCURRENTLY ix_import_jobs_project_id ON import_jobs (project_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_project_id;
CREATE INDEX CONCURRENTLY ix_extraction_jobs_project_id ON extraction_jobs (project_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_import_entries_merged_url_key;
CREATE INDEX CONCURRENTLY ix_import_entries_merged_url_key ON import_entries (url_key) WHERE outcome = 'merged';
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_idempotency_key;
CREATE UNIQUE INDEX CONCURRENTLY import_jobs_idempotency_key ON import_jobs (idempotency_key)
    WHERE idempotency_key IS NOT NULL AND status <> 'failed';
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_content_key;
CREATE UNIQUE INDEX CONCURRENTLY import_jobs_content_key ON import_jobs (project_id, content_sha256)
    NULLS NOT DISTINCT WHERE content_sha256 IS NOT NULL AND status <> 'failed';
DROP INDEX CONCURRENTLY IF EXISTS bookmarks_url_key;
CREATE UNIQUE INDEX CONCURRENTLY bookmarks_url_key ON bookmarks (project_id, url_key) NULLS NOT DISTINCT;
