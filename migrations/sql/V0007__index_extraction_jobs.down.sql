-- branchline: no-transaction

DROP INDEX CONCURRENTLY IF EXISTS ix_extraction_jobs_project_id;
