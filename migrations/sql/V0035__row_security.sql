-- branchline: allow cluster-effect: the group role is made where the server has none; its down leaves it
--
-- The database itself keeps organizations apart: a role that owns nothing sees, changes and inserts the rows
-- of the organization alone that its transaction claims, and none without a claim. Functions log in as a
-- member of branchline_app (docs/access.md). Row security is not forced: migrations run as the owner, and a
-- forced policy would make a backfill touch no row, silently.

DO $$
BEGIN
    IF to_regrole('branchline_app') IS NULL THEN
        CREATE ROLE branchline_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    -- A migration of another database of this server has just made it.
    NULL;
END
$$;

-- The version of the schema, for db-test. The history is the runner's, which no function reads.
CREATE FUNCTION schema_version() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN (SELECT max(version) FROM refinery_schema_history);
END
$$;

-- No DDL, TRUNCATE, REFERENCES or TRIGGER, which row security does not bind.
GRANT USAGE ON SCHEMA public TO branchline_app;
GRANT SELECT ON projects, extraction_jobs, import_jobs, import_entries, bookmarks, folders, search_pending
    TO branchline_app;
GRANT SELECT ON searchable_documents TO branchline_app;
GRANT INSERT, UPDATE, DELETE ON projects, extraction_jobs, import_jobs, import_entries, bookmarks, folders
    TO branchline_app;
GRANT INSERT ON search_pending TO branchline_app;

ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON projects FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON projects FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON projects FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON projects FOR DELETE
    USING (organization_id = (SELECT current_organization()));

ALTER TABLE extraction_jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON extraction_jobs FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON extraction_jobs FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON extraction_jobs FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON extraction_jobs FOR DELETE
    USING (organization_id = (SELECT current_organization()));

ALTER TABLE import_jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON import_jobs FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON import_jobs FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON import_jobs FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON import_jobs FOR DELETE
    USING (organization_id = (SELECT current_organization()));

ALTER TABLE import_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON import_entries FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON import_entries FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON import_entries FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON import_entries FOR DELETE
    USING (organization_id = (SELECT current_organization()));

ALTER TABLE bookmarks ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON bookmarks FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON bookmarks FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON bookmarks FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON bookmarks FOR DELETE
    USING (organization_id = (SELECT current_organization()));

ALTER TABLE folders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON folders FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON folders FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON folders FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON folders FOR DELETE
    USING (organization_id = (SELECT current_organization()));

-- The trigger of bookmarks writes it as whoever writes the bookmarks.
ALTER TABLE search_pending ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON search_pending FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON search_pending FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));

-- No function reads these but through searchable_documents and the definer functions.
ALTER TABLE search_documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON search_documents FOR SELECT
    USING (organization_id = (SELECT current_organization()));
ALTER TABLE search_vocabulary ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON search_vocabulary FOR SELECT
    USING (organization_id = (SELECT current_organization()));

-- Nothing is granted on these yet.
ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON organizations FOR SELECT
    USING (id = (SELECT current_organization()));
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON memberships FOR SELECT
    USING (organization_id = (SELECT current_organization()));
ALTER TABLE api_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON api_tokens FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON api_tokens FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON api_tokens FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON api_tokens FOR DELETE
    USING (organization_id = (SELECT current_organization()));
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON users FOR SELECT
    USING (id = ANY (ARRAY(SELECT user_id FROM memberships WHERE organization_id = (SELECT current_organization()))));

REVOKE EXECUTE ON FUNCTION search_catch_up(interval), search_near(text[], tsquery), search_inside(text[]),
    schema_version()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_catch_up(interval), search_near(text[], tsquery), search_inside(text[]),
    schema_version()
    TO branchline_app;
