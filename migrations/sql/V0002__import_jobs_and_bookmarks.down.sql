-- branchline: allow ban-drop-table: what the up made
-- branchline: loses bookmarks.*: the table goes with its rows
-- branchline: loses import_jobs.*: the table goes with its rows

DROP TABLE bookmarks;
DROP TABLE import_jobs;
