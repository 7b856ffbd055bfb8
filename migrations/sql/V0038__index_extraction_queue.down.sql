-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP goes before; IF NOT EXISTS would keep an invalid index

DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_organization_project;
CREATE INDEX CONCURRENTLY ix_extraction_jobs_organization_project
    ON extraction_jobs (organization_id, project_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_organization_project_id;
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_organization_status;
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_spent;
DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_due;
DROP INDEX CONCURRENTLY IF EXISTS extraction_jobs_idempotency_in_organization_key;
DROP INDEX CONCURRENTLY IF EXISTS extraction_jobs_organization_key;
