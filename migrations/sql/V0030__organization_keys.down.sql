-- branchline: allow ban-drop-constraint: what the up added
-- branchline: allow constraint-missing-not-valid: a down for a database that nobody uses meanwhile
-- branchline: allow adding-foreign-key-constraint: a down for a database that nobody uses meanwhile
-- branchline: allow adding-serial-primary-key-field: a down for a database that nobody uses meanwhile
-- branchline: allow require-concurrent-index-creation: a down for a database that nobody uses meanwhile
-- branchline: allow work-under-exclusive-lock: a down for a database that nobody uses meanwhile

COMMENT ON COLUMN folders.id IS
    'folder_key() of where the import found it, so that the next import that brings the folder finds it again, renamed or '
    'moved as it may be by then.';

ALTER TABLE folders
    DROP CONSTRAINT folders_project_id_fkey,
    DROP CONSTRAINT folders_parent_id_fkey,
    DROP CONSTRAINT folders_import_job_id_fkey,
    ADD CONSTRAINT folders_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id),
    ADD CONSTRAINT folders_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES folders (id),
    ADD CONSTRAINT folders_import_job_id_fkey
        FOREIGN KEY (import_job_id) REFERENCES import_jobs (id) ON DELETE SET NULL;

ALTER TABLE bookmarks
    DROP CONSTRAINT bookmarks_project_id_fkey,
    DROP CONSTRAINT bookmarks_import_job_id_fkey,
    ADD CONSTRAINT bookmarks_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id),
    ADD CONSTRAINT bookmarks_import_job_id_fkey
        FOREIGN KEY (import_job_id) REFERENCES import_jobs (id) ON DELETE SET NULL;

ALTER TABLE import_entries
    DROP CONSTRAINT import_entries_import_job_id_fkey,
    ADD CONSTRAINT import_entries_import_job_id_fkey
        FOREIGN KEY (import_job_id) REFERENCES import_jobs (id) ON DELETE CASCADE;

ALTER TABLE import_jobs
    DROP CONSTRAINT import_jobs_project_id_fkey,
    ADD CONSTRAINT import_jobs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id);

ALTER TABLE extraction_jobs
    DROP CONSTRAINT extraction_jobs_project_id_fkey,
    ADD CONSTRAINT extraction_jobs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id);

ALTER TABLE bookmarks
    DROP CONSTRAINT bookmarks_pkey,
    ADD CONSTRAINT bookmarks_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX bookmarks_organization_key ON bookmarks (organization_id, id);
