-- branchline: allow ban-drop-constraint: the CHECK has done its work: the column is NOT NULL
--
-- Looks at the old rows, which V0010 has repaired. VALIDATE reads the table while others write to it; SET NOT NULL then
-- finds its proof in the validated CHECK, which has done its work.

ALTER TABLE import_jobs VALIDATE CONSTRAINT import_jobs_project_id_fkey;
ALTER TABLE import_jobs VALIDATE CONSTRAINT content_sha256_length;
ALTER TABLE import_jobs VALIDATE CONSTRAINT total_bookmarks_not_null;
ALTER TABLE import_jobs VALIDATE CONSTRAINT imported_count_not_null;
ALTER TABLE import_jobs VALIDATE CONSTRAINT failed_count_not_null;
ALTER TABLE import_jobs VALIDATE CONSTRAINT counts_add_up;

ALTER TABLE import_jobs
    ALTER COLUMN total_bookmarks SET NOT NULL,
    ALTER COLUMN imported_count SET NOT NULL,
    ALTER COLUMN failed_count SET NOT NULL;

ALTER TABLE import_jobs
    DROP CONSTRAINT total_bookmarks_not_null,
    DROP CONSTRAINT imported_count_not_null,
    DROP CONSTRAINT failed_count_not_null;
