-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP INDEX IF EXISTS goes before; IF NOT EXISTS would keep an invalid index
--
-- For the foreign key, which looks here when a project is deleted, and for counting a project's jobs. Dropped first,
-- because a build that was interrupted leaves an invalid index.

DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_project_id;
CREATE INDEX CONCURRENTLY ix_extraction_jobs_project_id ON extraction_jobs (project_id);
