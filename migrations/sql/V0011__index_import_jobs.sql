-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP INDEX IF EXISTS goes before; IF NOT EXISTS would keep an invalid index
--
-- import_jobs_content_key: the same content in the same scope is one job, unless it failed. No project is one scope,
-- hence NULLS NOT DISTINCT. Old jobs have no content_sha256 and are exempt. Each index is dropped first, because a
-- build that was interrupted leaves an invalid one.

DROP INDEX CONCURRENTLY IF EXISTS ix_import_jobs_project_id;
CREATE INDEX CONCURRENTLY ix_import_jobs_project_id ON import_jobs (project_id);

DROP INDEX CONCURRENTLY IF EXISTS import_jobs_content_key;
CREATE UNIQUE INDEX CONCURRENTLY import_jobs_content_key
    ON import_jobs (project_id, content_sha256) NULLS NOT DISTINCT
    WHERE content_sha256 IS NOT NULL AND status <> 'failed';

DROP INDEX CONCURRENTLY IF EXISTS import_jobs_idempotency_key;
CREATE UNIQUE INDEX CONCURRENTLY import_jobs_idempotency_key
    ON import_jobs (idempotency_key)
    WHERE idempotency_key IS NOT NULL AND status <> 'failed';
