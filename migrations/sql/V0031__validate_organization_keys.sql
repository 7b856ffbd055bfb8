-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: validating a constraint twice is harmless
--
-- Looks at the old rows, while others write to the tables. Each is a transaction of its own, so that no lock
-- is held for all.

ALTER TABLE projects VALIDATE CONSTRAINT projects_organization_id_fkey;
ALTER TABLE import_jobs VALIDATE CONSTRAINT import_jobs_organization_id_fkey;
ALTER TABLE extraction_jobs VALIDATE CONSTRAINT extraction_jobs_project_id_fkey;
ALTER TABLE import_jobs VALIDATE CONSTRAINT import_jobs_project_id_fkey;
ALTER TABLE import_entries VALIDATE CONSTRAINT import_entries_import_job_id_fkey;
ALTER TABLE bookmarks VALIDATE CONSTRAINT bookmarks_project_id_fkey;
ALTER TABLE bookmarks VALIDATE CONSTRAINT bookmarks_import_job_id_fkey;
ALTER TABLE folders VALIDATE CONSTRAINT folders_project_id_fkey;
ALTER TABLE folders VALIDATE CONSTRAINT folders_parent_id_fkey;
ALTER TABLE folders VALIDATE CONSTRAINT folders_import_job_id_fkey;
