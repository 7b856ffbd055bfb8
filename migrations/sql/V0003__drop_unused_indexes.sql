-- branchline: no-transaction
--
-- No query of ours reads these indexes, and each costs at every import. ix_bookmarks_url must go for another reason:
-- a btree entry holds at most 2,704 bytes, so an insert of a longer URL fails; url_key takes its place in V0015.
-- Those on created_at go before V0009 and V0013 change the column's type, which would rebuild them under an exclusive
-- lock.
--
-- IF EXISTS, so that a rerun after a kill goes on where it stopped.

DROP INDEX CONCURRENTLY IF EXISTS ix_import_jobs_status;
DROP INDEX CONCURRENTLY IF EXISTS ix_import_jobs_created_at;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_url;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_domain;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_tags;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_processed;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_created_at;
