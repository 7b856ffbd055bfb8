-- branchline: allow ban-drop-policy: what the up made
-- branchline: allow ban-drop-function: what the up made
--
-- The role stays: other databases of the server may use it.

GRANT EXECUTE ON FUNCTION search_catch_up(interval), search_near(text[], tsquery), search_inside(text[]) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION search_catch_up(interval), search_near(text[], tsquery), search_inside(text[])
    FROM branchline_app;
DROP FUNCTION schema_version();
REVOKE ALL ON projects, extraction_jobs, import_jobs, import_entries, bookmarks, folders, search_pending,
    searchable_documents FROM branchline_app;
REVOKE USAGE ON SCHEMA public FROM branchline_app;

DROP POLICY own_rows_are_read ON users;
DROP POLICY own_rows_are_deleted ON api_tokens;
DROP POLICY own_rows_are_updated ON api_tokens;
DROP POLICY own_rows_are_inserted ON api_tokens;
DROP POLICY own_rows_are_read ON api_tokens;
DROP POLICY own_rows_are_read ON memberships;
DROP POLICY own_rows_are_read ON organizations;
DROP POLICY own_rows_are_read ON search_vocabulary;
DROP POLICY own_rows_are_read ON search_documents;
DROP POLICY own_rows_are_inserted ON search_pending;
DROP POLICY own_rows_are_read ON search_pending;
DROP POLICY own_rows_are_deleted ON folders;
DROP POLICY own_rows_are_updated ON folders;
DROP POLICY own_rows_are_inserted ON folders;
DROP POLICY own_rows_are_read ON folders;
DROP POLICY own_rows_are_deleted ON bookmarks;
DROP POLICY own_rows_are_updated ON bookmarks;
DROP POLICY own_rows_are_inserted ON bookmarks;
DROP POLICY own_rows_are_read ON bookmarks;
DROP POLICY own_rows_are_deleted ON import_entries;
DROP POLICY own_rows_are_updated ON import_entries;
DROP POLICY own_rows_are_inserted ON import_entries;
DROP POLICY own_rows_are_read ON import_entries;
DROP POLICY own_rows_are_deleted ON import_jobs;
DROP POLICY own_rows_are_updated ON import_jobs;
DROP POLICY own_rows_are_inserted ON import_jobs;
DROP POLICY own_rows_are_read ON import_jobs;
DROP POLICY own_rows_are_deleted ON extraction_jobs;
DROP POLICY own_rows_are_updated ON extraction_jobs;
DROP POLICY own_rows_are_inserted ON extraction_jobs;
DROP POLICY own_rows_are_read ON extraction_jobs;
DROP POLICY own_rows_are_deleted ON projects;
DROP POLICY own_rows_are_updated ON projects;
DROP POLICY own_rows_are_inserted ON projects;
DROP POLICY own_rows_are_read ON projects;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
ALTER TABLE api_tokens DISABLE ROW LEVEL SECURITY;
ALTER TABLE memberships DISABLE ROW LEVEL SECURITY;
ALTER TABLE organizations DISABLE ROW LEVEL SECURITY;
ALTER TABLE search_vocabulary DISABLE ROW LEVEL SECURITY;
ALTER TABLE search_documents DISABLE ROW LEVEL SECURITY;
ALTER TABLE search_pending DISABLE ROW LEVEL SECURITY;
ALTER TABLE folders DISABLE ROW LEVEL SECURITY;
ALTER TABLE bookmarks DISABLE ROW LEVEL SECURITY;
ALTER TABLE import_entries DISABLE ROW LEVEL SECURITY;
ALTER TABLE import_jobs DISABLE ROW LEVEL SECURITY;
ALTER TABLE extraction_jobs DISABLE ROW LEVEL SECURITY;
ALTER TABLE projects DISABLE ROW LEVEL SECURITY;
