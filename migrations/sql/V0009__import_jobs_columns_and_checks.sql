-- branchline: allow changing-column-type: nothing is rewritten: timestamps in UTC, a numeric without its limit
-- branchline: allow prefer-bigint-over-int: counts of one file's entries, and milliseconds of one import
--
-- What an import of ours records beyond the old importer. New columns have a constant default or none, so no row is
-- rewritten; timestamps change as in V0004. The constraints bind new rows from now on; old rows are exempt until V0010
-- has repaired them and V0012 has looked at each. content_sha256, duration_ms, project_id and idempotency_key of old
-- jobs stay null: nobody knows them.

SET LOCAL TimeZone = 'UTC';

ALTER TABLE import_jobs
    ALTER COLUMN started_at TYPE timestamptz,
    ALTER COLUMN completed_at TYPE timestamptz,
    ALTER COLUMN created_at TYPE timestamptz,
    ALTER COLUMN total_cost_usd TYPE numeric,
    ADD COLUMN project_id integer,
    ADD COLUMN content_sha256 bytea,
    ADD COLUMN merged_count integer NOT NULL DEFAULT 0,
    ADD COLUMN skipped_count integer NOT NULL DEFAULT 0,
    ADD COLUMN warning_count integer NOT NULL DEFAULT 0,
    ADD COLUMN duration_ms integer,
    ADD COLUMN idempotency_key uuid,
    ADD CONSTRAINT import_jobs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id) NOT VALID,
    ADD CONSTRAINT content_sha256_length CHECK (octet_length(content_sha256) = 32) NOT VALID,
    ADD CONSTRAINT total_bookmarks_not_null CHECK (total_bookmarks IS NOT NULL) NOT VALID,
    ADD CONSTRAINT imported_count_not_null CHECK (imported_count IS NOT NULL) NOT VALID,
    ADD CONSTRAINT failed_count_not_null CHECK (failed_count IS NOT NULL) NOT VALID,
    ADD CONSTRAINT counts_add_up CHECK (
        status <> 'completed'
        OR total_bookmarks = imported_count + merged_count + skipped_count + failed_count
    ) NOT VALID;

COMMENT ON COLUMN import_jobs.project_id IS 'Null: the one scope of imports without a project.';
COMMENT ON COLUMN import_jobs.content_sha256 IS 'SHA-256 of the file as it was read; null for jobs of the old importer.';
COMMENT ON COLUMN import_jobs.total_bookmarks IS
    'Entries read from the file. Once completed: imported_count + merged_count + skipped_count + failed_count.';
COMMENT ON COLUMN import_jobs.imported_count IS 'Entries that became a row of bookmarks.';
COMMENT ON COLUMN import_jobs.merged_count IS 'Entries merged into a row that has the same URL.';
COMMENT ON COLUMN import_jobs.skipped_count IS 'Entries left out on purpose; each has its reason in import_entries.';
COMMENT ON COLUMN import_jobs.failed_count IS 'Entries that could not be stored; each has its reason in import_entries.';
COMMENT ON COLUMN import_jobs.warning_count IS 'Entries stored with a warning; they count as imported or merged too.';
COMMENT ON COLUMN import_jobs.total_cost_usd IS
    'An estimate. Four decimals showed 0 for most imports; taking the scale away rewrites nothing.';
COMMENT ON COLUMN import_jobs.idempotency_key IS 'The caller''s Idempotency-Key, by which the job is found while it runs.';
