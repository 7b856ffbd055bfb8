-- branchline: no-transaction

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_url_page;
