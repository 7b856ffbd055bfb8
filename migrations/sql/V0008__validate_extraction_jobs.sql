-- Looks at the old rows, which V0006 has repaired. VALIDATE reads the table while others write to it.

ALTER TABLE extraction_jobs VALIDATE CONSTRAINT valid_extraction_type;
ALTER TABLE extraction_jobs VALIDATE CONSTRAINT valid_status;
ALTER TABLE extraction_jobs VALIDATE CONSTRAINT extraction_jobs_project_id_fkey;
