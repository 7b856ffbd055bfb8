-- branchline: no-transaction

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_further_folder_ids;
