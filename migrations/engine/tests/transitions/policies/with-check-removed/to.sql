CREATE TABLE t (id int PRIMARY KEY, owner text);
CREATE POLICY p ON t USING (id > 0);
COMMENT ON POLICY p ON t IS 'kept';
