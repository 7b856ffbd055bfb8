-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: each statement may be run again; DROP goes before what is made
--
-- Dropped first, because a build that was interrupted leaves an invalid index.
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_url_page;
CREATE INDEX CONCURRENTLY ix_bookmarks_url_page ON bookmarks (organization_id, url_page(url));
