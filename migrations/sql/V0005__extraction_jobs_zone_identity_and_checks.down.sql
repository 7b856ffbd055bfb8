-- branchline: allow ban-alter-identity: the serial default takes its place in the same transaction
-- branchline: allow ban-drop-constraint: what the up added or validated
-- branchline: allow changing-column-type: with the session in UTC Postgres changes the type without a rewrite
-- branchline: allow prefer-timestamp-tz: what the old stacks had
-- branchline: allow renaming-object: the new sequence takes the identity's name within the transaction

SET LOCAL TimeZone = 'UTC';

CREATE SEQUENCE extraction_jobs_id_seq_serial AS integer;
ALTER SEQUENCE extraction_jobs_id_seq_serial OWNED BY extraction_jobs.id;
ALTER TABLE extraction_jobs
    DROP CONSTRAINT extraction_jobs_project_id_fkey,
    DROP CONSTRAINT valid_status,
    DROP CONSTRAINT valid_extraction_type,
    ALTER COLUMN created_at TYPE timestamp,
    ALTER COLUMN completed_at TYPE timestamp;
SELECT setval('extraction_jobs_id_seq_serial', last_value, is_called) FROM extraction_jobs_id_seq;
ALTER TABLE extraction_jobs ALTER COLUMN id DROP IDENTITY;
ALTER SEQUENCE extraction_jobs_id_seq_serial RENAME TO extraction_jobs_id_seq;
ALTER TABLE extraction_jobs ALTER COLUMN id SET DEFAULT nextval('extraction_jobs_id_seq');
