-- branchline: allow ban-drop-constraint: replaced in the same statement by one with the organization
--
-- Row security does not look at what a foreign key refers to. With the organization in both, no row can hang
-- from another organization's row, and deleting one removes nobody else's. projects, import_jobs and folders
-- keep their primary keys, which functions of the release before name in ON CONFLICT.

-- The server says that it renames the index, which is what is meant.
SET LOCAL client_min_messages = warning;

ALTER TABLE bookmarks
    DROP CONSTRAINT bookmarks_pkey,
    ADD CONSTRAINT bookmarks_pkey PRIMARY KEY USING INDEX bookmarks_organization_key;

ALTER TABLE extraction_jobs
    DROP CONSTRAINT extraction_jobs_project_id_fkey,
    ADD CONSTRAINT extraction_jobs_project_id_fkey
        FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id) NOT VALID;

ALTER TABLE import_jobs
    DROP CONSTRAINT import_jobs_project_id_fkey,
    ADD CONSTRAINT import_jobs_project_id_fkey
        FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id) NOT VALID;

ALTER TABLE import_entries
    DROP CONSTRAINT import_entries_import_job_id_fkey,
    ADD CONSTRAINT import_entries_import_job_id_fkey
        FOREIGN KEY (organization_id, import_job_id) REFERENCES import_jobs (organization_id, id)
        ON DELETE CASCADE NOT VALID;

ALTER TABLE bookmarks
    DROP CONSTRAINT bookmarks_project_id_fkey,
    DROP CONSTRAINT bookmarks_import_job_id_fkey,
    ADD CONSTRAINT bookmarks_project_id_fkey
        FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id) NOT VALID,
    ADD CONSTRAINT bookmarks_import_job_id_fkey
        FOREIGN KEY (organization_id, import_job_id) REFERENCES import_jobs (organization_id, id)
        ON DELETE SET NULL (import_job_id) NOT VALID;

ALTER TABLE folders
    DROP CONSTRAINT folders_project_id_fkey,
    DROP CONSTRAINT folders_parent_id_fkey,
    DROP CONSTRAINT folders_import_job_id_fkey,
    ADD CONSTRAINT folders_project_id_fkey
        FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id) NOT VALID,
    ADD CONSTRAINT folders_parent_id_fkey
        FOREIGN KEY (organization_id, parent_id) REFERENCES folders (organization_id, id) NOT VALID,
    ADD CONSTRAINT folders_import_job_id_fkey
        FOREIGN KEY (organization_id, import_job_id) REFERENCES import_jobs (organization_id, id)
        ON DELETE SET NULL (import_job_id) NOT VALID;

COMMENT ON COLUMN folders.id IS
    'Made of the organization, the project and the way to where the import found it, so that the next import that brings the '
    'folder finds it again, renamed or moved as it may be by then. In the organization "default" it is folder_key().';
