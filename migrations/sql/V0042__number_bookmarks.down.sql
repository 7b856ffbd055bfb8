-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: to drop what is not null twice is harmless

DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_archived;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_unread;
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_added;
DROP INDEX CONCURRENTLY IF EXISTS bookmarks_number_key;
ALTER TABLE bookmarks ALTER COLUMN number DROP NOT NULL;
