-- branchline: allow changing-column-type: with the session in UTC Postgres changes the type without a rewrite
-- branchline: allow prefer-bigint-over-int: the type of projects.id
--
-- The rest of what a bookmarks file says about an entry, and the key by which a URL is known again. New columns have no
-- default, so no row is rewritten; timestamps change as in V0004. The constraints bind new rows from now on; V0014 fills
-- url_key and folder_path of old rows, and V0016 looks at each. What else is new stays null in old rows: nobody knows it.

SET LOCAL TimeZone = 'UTC';

ALTER TABLE bookmarks
    ALTER COLUMN add_date TYPE timestamptz,
    ALTER COLUMN processed_at TYPE timestamptz,
    ALTER COLUMN created_at TYPE timestamptz,
    ALTER COLUMN updated_at TYPE timestamptz,
    ADD COLUMN project_id integer,
    ADD COLUMN url_key uuid,
    ADD COLUMN folder_path text[],
    ADD COLUMN description text,
    ADD COLUMN last_modified timestamptz,
    ADD COLUMN last_visited timestamptz,
    ADD COLUMN attributes jsonb,
    ADD COLUMN further_folders jsonb,
    ADD COLUMN unmerged jsonb,
    ADD CONSTRAINT bookmarks_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id) NOT VALID,
    ADD CONSTRAINT url_key_not_null CHECK (url_key IS NOT NULL) NOT VALID;

COMMENT ON COLUMN bookmarks.project_id IS 'Null: the one scope of bookmarks without a project.';
COMMENT ON COLUMN bookmarks.domain IS
    'The URL''s host: lower case, punycode, without a leading "www."; null where the scheme has none.';
COMMENT ON COLUMN bookmarks.url_key IS
    'First 16 bytes of the SHA-256 of the URL as the WHATWG URL parser writes it; a uuid because that is Postgres''s '
    'fixed 16-byte type. Equal to id in a row of the old importer that repeats an older row''s URL.';
COMMENT ON COLUMN bookmarks.folder_path IS
    'Folder names from the root; empty for the root. A name may hold "/", so original_folder alone is not enough.';
COMMENT ON COLUMN bookmarks.original_folder IS 'The names of folder_path joined by "/".';
COMMENT ON COLUMN bookmarks.attributes IS 'The format''s other attributes as written: an object of strings.';
COMMENT ON COLUMN bookmarks.further_folders IS
    'Where merged duplicates stood beside folder_path: an array of folder paths, each an array of names.';
COMMENT ON COLUMN bookmarks.unmerged IS
    'What the merged columns held before the first merge; null where nothing was merged. Undoing an import needs it.';
