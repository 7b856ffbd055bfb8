-- branchline: no-transaction
--
-- What V0029 has replaced. A unique key without the organization would refuse one organization what another
-- has.

DROP INDEX CONCURRENTLY IF EXISTS bookmarks_url_key;
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_content_key;
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_idempotency_key;
DROP INDEX CONCURRENTLY IF EXISTS ix_import_entries_merged_url_key;
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_project_id;
DROP INDEX CONCURRENTLY IF EXISTS ix_import_jobs_project_id;
DROP INDEX CONCURRENTLY IF EXISTS ix_folders_project_id;
DROP INDEX CONCURRENTLY IF EXISTS ix_folders_parent_id;
