-- branchline: allow ban-alter-identity: the serial default takes its place in the same transaction
-- branchline: allow changing-column-type: with the session in UTC Postgres changes the type without a rewrite
-- branchline: allow prefer-timestamp-tz: what the old stacks had
-- branchline: allow renaming-object: the new sequence takes the identity's name within the transaction

SET LOCAL TimeZone = 'UTC';

CREATE SEQUENCE projects_id_seq_serial AS integer;
ALTER SEQUENCE projects_id_seq_serial OWNED BY projects.id;
ALTER TABLE projects
    ALTER COLUMN created_at TYPE timestamp,
    ALTER COLUMN updated_at TYPE timestamp;
SELECT setval('projects_id_seq_serial', last_value, is_called) FROM projects_id_seq;
ALTER TABLE projects ALTER COLUMN id DROP IDENTITY;
ALTER SEQUENCE projects_id_seq_serial RENAME TO projects_id_seq;
ALTER TABLE projects ALTER COLUMN id SET DEFAULT nextval('projects_id_seq');
