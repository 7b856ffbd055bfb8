-- branchline: allow ban-drop-column: what the up added
-- branchline: allow ban-drop-constraint: what the up added or validated
-- branchline: allow changing-column-type: timestamps stay as they are in a UTC session; total_cost_usd is rewritten
-- branchline: allow prefer-timestamp-tz: what the old stacks had
-- branchline: loses import_jobs.project_id: the old importer had no projects
-- branchline: loses import_jobs.content_sha256: the old importer did not know its files again
-- branchline: loses import_jobs.merged_count: the old importer did not count it
-- branchline: loses import_jobs.skipped_count: the old importer did not count it
-- branchline: loses import_jobs.warning_count: the old importer did not count it
-- branchline: loses import_jobs.duration_ms: the old importer did not measure it
-- branchline: loses import_jobs.total_cost_usd: what follows the fourth decimal is rounded away
-- branchline: loses import_jobs.idempotency_key: the old importer had none

SET LOCAL TimeZone = 'UTC';

COMMENT ON COLUMN import_jobs.total_cost_usd IS NULL;
COMMENT ON COLUMN import_jobs.total_bookmarks IS NULL;
COMMENT ON COLUMN import_jobs.imported_count IS NULL;
COMMENT ON COLUMN import_jobs.failed_count IS NULL;

ALTER TABLE import_jobs
    DROP CONSTRAINT counts_add_up,
    DROP CONSTRAINT failed_count_not_null,
    DROP CONSTRAINT imported_count_not_null,
    DROP CONSTRAINT total_bookmarks_not_null,
    DROP CONSTRAINT content_sha256_length,
    DROP CONSTRAINT import_jobs_project_id_fkey,
    DROP COLUMN idempotency_key,
    DROP COLUMN duration_ms,
    DROP COLUMN warning_count,
    DROP COLUMN skipped_count,
    DROP COLUMN merged_count,
    DROP COLUMN content_sha256,
    DROP COLUMN project_id,
    ALTER COLUMN started_at TYPE timestamp,
    ALTER COLUMN completed_at TYPE timestamp,
    ALTER COLUMN created_at TYPE timestamp,
    ALTER COLUMN total_cost_usd TYPE numeric(10, 4);
