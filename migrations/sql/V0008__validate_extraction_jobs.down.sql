-- branchline: allow ban-drop-constraint: what the up added or validated
--
-- A constraint cannot be marked as not validated again: it is dropped and added.

ALTER TABLE extraction_jobs
    DROP CONSTRAINT valid_extraction_type,
    DROP CONSTRAINT valid_status,
    DROP CONSTRAINT extraction_jobs_project_id_fkey,
    ADD CONSTRAINT valid_extraction_type
        CHECK (extraction_type IN ('color', 'spacing', 'typography', 'all')) NOT VALID,
    ADD CONSTRAINT valid_status
        CHECK (status IN ('pending', 'processing', 'completed', 'failed')) NOT VALID,
    ADD CONSTRAINT extraction_jobs_project_id_fkey
        FOREIGN KEY (project_id) REFERENCES projects (id) NOT VALID;
