-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: DROP INDEX IF EXISTS goes before; IF NOT EXISTS would keep an invalid index
--
-- A URL is stored once in a project, and no project is one scope, hence NULLS NOT DISTINCT. The index serves the
-- foreign key to projects too. Dropped first, because a build that was interrupted leaves an invalid index.

DROP INDEX CONCURRENTLY IF EXISTS bookmarks_url_key;
CREATE UNIQUE INDEX CONCURRENTLY bookmarks_url_key ON bookmarks (project_id, url_key) NULLS NOT DISTINCT;
