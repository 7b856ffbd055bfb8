-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP INDEX IF EXISTS goes before; IF NOT EXISTS would keep an invalid index
--
-- Keys and indexes that begin with the organization. A unique key sees rows that row security hides, so one
-- without it would tell of another organization's rows. Each is dropped first, because a build that was
-- interrupted leaves an invalid index.

DROP INDEX CONCURRENTLY IF EXISTS projects_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY projects_organization_key ON projects (organization_id, id);
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY import_jobs_organization_key ON import_jobs (organization_id, id);
DROP INDEX CONCURRENTLY IF EXISTS folders_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY folders_organization_key ON folders (organization_id, id);
DROP INDEX CONCURRENTLY IF EXISTS bookmarks_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY bookmarks_organization_key ON bookmarks (organization_id, id);
DROP INDEX CONCURRENTLY IF EXISTS search_documents_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY search_documents_organization_key ON search_documents (organization_id, bookmark_id);
DROP INDEX CONCURRENTLY IF EXISTS search_vocabulary_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY search_vocabulary_organization_key ON search_vocabulary (organization_id, word);

-- A URL is stored once in a project of an organization, and no project is one scope. The index serves the
-- foreign key to projects too.
DROP INDEX CONCURRENTLY IF EXISTS bookmarks_url_in_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY bookmarks_url_in_organization_key ON bookmarks (organization_id, project_id, url_key)
    NULLS NOT DISTINCT;
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_content_in_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY import_jobs_content_in_organization_key
    ON import_jobs (organization_id, project_id, content_sha256)
    NULLS NOT DISTINCT WHERE content_sha256 IS NOT NULL AND status <> 'failed';
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_idempotency_in_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY import_jobs_idempotency_in_organization_key
    ON import_jobs (organization_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL AND status <> 'failed';

DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_organization_project;
CREATE INDEX CONCURRENTLY ix_extraction_jobs_organization_project ON extraction_jobs (organization_id, project_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_import_jobs_organization_project;
CREATE INDEX CONCURRENTLY ix_import_jobs_organization_project ON import_jobs (organization_id, project_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_folders_organization_project;
CREATE INDEX CONCURRENTLY ix_folders_organization_project ON folders (organization_id, project_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_folders_organization_parent;
CREATE INDEX CONCURRENTLY ix_folders_organization_parent ON folders (organization_id, parent_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_import_entries_organization_merged;
CREATE INDEX CONCURRENTLY ix_import_entries_organization_merged ON import_entries (organization_id, url_key)
    WHERE outcome = 'merged';
DROP INDEX CONCURRENTLY IF EXISTS ix_search_pending_organization;
CREATE INDEX CONCURRENTLY ix_search_pending_organization ON search_pending (organization_id, id);
