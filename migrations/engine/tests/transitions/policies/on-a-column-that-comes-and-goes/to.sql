CREATE TABLE t (id int PRIMARY KEY, organization_id uuid);
CREATE POLICY p ON t USING (organization_id = current_setting('app.organization')::uuid);
ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
