-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP goes before; IF NOT EXISTS would keep an invalid index
--
-- Each is dropped first, because a build that was interrupted leaves an invalid index.

-- What foreign keys refer to, and the order of a list.
DROP INDEX CONCURRENTLY IF EXISTS extraction_jobs_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY extraction_jobs_organization_key ON extraction_jobs (organization_id, id);
DROP INDEX CONCURRENTLY IF EXISTS extraction_jobs_idempotency_in_organization_key;
CREATE UNIQUE INDEX CONCURRENTLY extraction_jobs_idempotency_in_organization_key
    ON extraction_jobs (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- What may be claimed, the longest due first. Finished jobs are in neither, so that their number costs a
-- claim nothing. A job is in one of the two: those whose attempts are spent would stand in the way.
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_due;
CREATE INDEX CONCURRENTLY ix_extraction_jobs_due ON extraction_jobs (organization_id, available_at, id)
    WHERE status IN ('pending', 'processing') AND attempts < max_attempts;
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_spent;
CREATE INDEX CONCURRENTLY ix_extraction_jobs_spent ON extraction_jobs (organization_id, available_at, id)
    WHERE status IN ('pending', 'processing') AND attempts >= max_attempts;

-- Lists of one status, and of one project, newest first. The second one also serves the foreign key to
-- projects, in place of the index without id.
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_organization_status;
CREATE INDEX CONCURRENTLY ix_extraction_jobs_organization_status
    ON extraction_jobs (organization_id, status, id);
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_organization_project_id;
CREATE INDEX CONCURRENTLY ix_extraction_jobs_organization_project_id
    ON extraction_jobs (organization_id, project_id, id);
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_organization_project;
