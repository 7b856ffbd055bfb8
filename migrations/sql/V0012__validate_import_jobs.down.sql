-- branchline: allow ban-drop-constraint: what the up added or validated
-- branchline: allow ban-drop-not-null: the up set it
--
-- A constraint cannot be marked as not validated again: it is dropped and added.

ALTER TABLE import_jobs
    ALTER COLUMN total_bookmarks DROP NOT NULL,
    ALTER COLUMN imported_count DROP NOT NULL,
    ALTER COLUMN failed_count DROP NOT NULL,
    DROP CONSTRAINT import_jobs_project_id_fkey,
    DROP CONSTRAINT content_sha256_length,
    DROP CONSTRAINT counts_add_up,
    ADD CONSTRAINT import_jobs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id) NOT VALID,
    ADD CONSTRAINT content_sha256_length CHECK (octet_length(content_sha256) = 32) NOT VALID,
    ADD CONSTRAINT total_bookmarks_not_null CHECK (total_bookmarks IS NOT NULL) NOT VALID,
    ADD CONSTRAINT imported_count_not_null CHECK (imported_count IS NOT NULL) NOT VALID,
    ADD CONSTRAINT failed_count_not_null CHECK (failed_count IS NOT NULL) NOT VALID,
    ADD CONSTRAINT counts_add_up CHECK (
        status <> 'completed'
        OR total_bookmarks = imported_count + merged_count + skipped_count + failed_count
    ) NOT VALID;
