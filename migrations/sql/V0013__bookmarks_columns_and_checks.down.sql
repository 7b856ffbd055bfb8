-- branchline: allow ban-drop-column: what the up added
-- branchline: allow ban-drop-constraint: what the up added or validated
-- branchline: allow changing-column-type: with the session in UTC Postgres changes the type without a rewrite
-- branchline: allow prefer-timestamp-tz: what the old stacks had
-- branchline: loses bookmarks.project_id: the old importer had no projects
-- branchline: loses bookmarks.url_key: computed from url; the next up computes it again
-- branchline: loses bookmarks.folder_path: original_folder keeps the names joined by "/"
-- branchline: loses bookmarks.description: the old importer did not keep it
-- branchline: loses bookmarks.last_modified: the old importer did not keep it
-- branchline: loses bookmarks.last_visited: the old importer did not keep it
-- branchline: loses bookmarks.attributes: the old importer did not keep them
-- branchline: loses bookmarks.further_folders: the old importer did not merge
-- branchline: loses bookmarks.unmerged: the old importer did not merge

SET LOCAL TimeZone = 'UTC';

COMMENT ON COLUMN bookmarks.domain IS NULL;
COMMENT ON COLUMN bookmarks.original_folder IS NULL;

ALTER TABLE bookmarks
    DROP CONSTRAINT url_key_not_null,
    DROP CONSTRAINT bookmarks_project_id_fkey,
    DROP COLUMN unmerged,
    DROP COLUMN further_folders,
    DROP COLUMN attributes,
    DROP COLUMN last_visited,
    DROP COLUMN last_modified,
    DROP COLUMN description,
    DROP COLUMN folder_path,
    DROP COLUMN url_key,
    DROP COLUMN project_id,
    ALTER COLUMN add_date TYPE timestamp,
    ALTER COLUMN processed_at TYPE timestamp,
    ALTER COLUMN created_at TYPE timestamp,
    ALTER COLUMN updated_at TYPE timestamp;
