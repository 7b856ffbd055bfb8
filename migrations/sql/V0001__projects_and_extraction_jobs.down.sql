-- branchline: allow ban-drop-table: what the up made
-- branchline: loses projects.*: the table goes with its rows
-- branchline: loses extraction_jobs.*: the table goes with its rows

DROP TABLE extraction_jobs;
DROP TABLE projects;
