-- branchline: no-transaction

DROP INDEX CONCURRENTLY IF EXISTS bookmarks_url_key;
