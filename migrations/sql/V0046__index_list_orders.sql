-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: each statement may be run again; DROP goes before what is made
--
-- Each is dropped first, because a build that was interrupted leaves an invalid index.

-- Lists by the time of the last change, and by title.
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_modified;
CREATE INDEX CONCURRENTLY ix_bookmarks_modified
    ON bookmarks (organization_id, coalesce(updated_at, created_at, '-infinity'), id);
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_title;
CREATE INDEX CONCURRENTLY ix_bookmarks_title
    ON bookmarks (organization_id, (lower(left(title, 200)) COLLATE "C"), id);

-- What a folder holds, and how many: an organization's counts are read from the index alone.
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_organization_folder;
CREATE INDEX CONCURRENTLY ix_bookmarks_organization_folder ON bookmarks (organization_id, folder_id);
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_folder_id;

-- The bookmarks that stand in several folders, which a list of a folder looks through.
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_organization_further;
CREATE INDEX CONCURRENTLY ix_bookmarks_organization_further
    ON bookmarks (organization_id, id) WHERE further_folder_ids IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_further_folders;
