-- branchline: no-transaction

DROP INDEX CONCURRENTLY IF EXISTS import_jobs_idempotency_key;
DROP INDEX CONCURRENTLY IF EXISTS import_jobs_content_key;
DROP INDEX CONCURRENTLY IF EXISTS ix_import_jobs_project_id;
