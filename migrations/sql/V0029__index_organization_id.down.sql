-- branchline: no-transaction

DROP INDEX CONCURRENTLY IF EXISTS ix_search_pending_organization;
DROP INDEX CONCURRENTLY IF EXISTS ix_import_entries_organization_merged;
DROP INDEX CONCURRENTLY IF EXISTS ix_folders_organization_parent;
DROP INDEX CONCURRENTLY IF EXISTS ix_folders_organization_project;
DROP INDEX CONCURRENTLY IF EXISTS ix_import_jobs_organization_project;
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_organization_project;
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_idempotency_in_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_content_in_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS bookmarks_url_in_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS search_vocabulary_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS search_documents_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS bookmarks_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS folders_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS projects_organization_key;
