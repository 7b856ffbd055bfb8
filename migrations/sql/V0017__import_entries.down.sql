-- branchline: allow ban-drop-table: what the up made
-- branchline: loses import_entries.*: the old importer kept no such record

DROP TABLE import_entries;
