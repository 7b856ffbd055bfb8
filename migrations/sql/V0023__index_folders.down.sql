-- branchline: no-transaction

DROP INDEX CONCURRENTLY IF EXISTS ix_import_entries_own_folder_id;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_folder_id;
