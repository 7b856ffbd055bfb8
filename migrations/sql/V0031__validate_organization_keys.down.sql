-- branchline: allow ban-drop-constraint: what the up validated
--
-- A constraint cannot be marked as not validated again: it is dropped and added.

ALTER TABLE projects
    DROP CONSTRAINT projects_organization_id_fkey,
    ADD CONSTRAINT projects_organization_id_fkey
        FOREIGN KEY (organization_id) REFERENCES organizations (id) NOT VALID;

ALTER TABLE import_jobs
    DROP CONSTRAINT import_jobs_organization_id_fkey,
    ADD CONSTRAINT import_jobs_organization_id_fkey
        FOREIGN KEY (organization_id) REFERENCES organizations (id) NOT VALID;

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
