CREATE TABLE t (a int, CONSTRAINT a_once UNIQUE (a));
COMMENT ON CONSTRAINT a_once ON t IS 'once';
COMMENT ON INDEX a_once IS 'its index';
ALTER TABLE t CLUSTER ON a_once;
