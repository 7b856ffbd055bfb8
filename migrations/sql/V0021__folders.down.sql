-- branchline: allow ban-drop-table: what the up added
-- branchline: allow ban-drop-column: what the up added
-- branchline: allow ban-drop-constraint: what the up added
-- branchline: allow constraint-missing-not-valid: the rows that the narrower check refuses are deleted first
-- branchline: allow backfill-in-one-statement: at most a few rows for each import
-- branchline: loses folders.*: folder_path and original_folder hold the names
-- branchline: loses bookmarks.folder_id: folder_path holds the names
-- branchline: loses bookmarks.further_folder_ids: further_folders holds the names
-- branchline: loses bookmarks.further_text: made of import_entries; the next up's imports make it again
-- branchline: loses import_entries.*: warnings about a file as a whole, which the functions before do not know

DROP PROCEDURE fill_folders();
DROP FUNCTION bookmark_place(uuid, timestamptz);
DROP FUNCTION folder_tree(integer);
DROP FUNCTION folder_path(uuid);
DROP FUNCTION folder_at(integer, text[]);
DROP FUNCTION folder_root(integer);
DROP FUNCTION folder_key(uuid, integer, text);

COMMENT ON COLUMN import_entries.position IS '1-based among the bookmarks of the file; null for folders and separators.';
COMMENT ON COLUMN import_entries.outcome IS '"stored" stands here only with a warning, which reason gives.';
COMMENT ON COLUMN import_entries.folder_path IS 'Where it stands: a folder''s path ends with its parent.';
COMMENT ON COLUMN bookmarks.original_folder IS 'The names of folder_path joined by "/".';
COMMENT ON COLUMN bookmarks.further_folders IS
    'Where merged duplicates stood beside folder_path: an array of folder paths, each an array of names.';
COMMENT ON COLUMN bookmarks.folder_path IS
    'Folder names from the root; empty for the root. A name may hold "/", so original_folder alone is not enough.';

DELETE FROM import_entries WHERE outcome = 'file';
ALTER TABLE import_entries
    ADD CONSTRAINT valid_outcome CHECK (outcome IN ('stored', 'merged', 'skipped', 'failed', 'folder', 'separator')),
    DROP CONSTRAINT known_outcome,
    DROP COLUMN original_folder,
    DROP COLUMN own_folder_id,
    DROP COLUMN folder_id;

ALTER TABLE bookmarks
    DROP COLUMN further_text,
    DROP COLUMN further_folder_ids,
    DROP COLUMN folder_id;

DROP TABLE folders;
