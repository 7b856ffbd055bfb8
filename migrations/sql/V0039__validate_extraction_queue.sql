-- Looks at the old rows, while others write to the table.

ALTER TABLE extraction_jobs VALIDATE CONSTRAINT valid_attempts;
ALTER TABLE extraction_jobs VALIDATE CONSTRAINT valid_progress;
ALTER TABLE extraction_jobs VALIDATE CONSTRAINT valid_cost;
