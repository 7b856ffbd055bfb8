CREATE SEQUENCE shared_no START 100;
CREATE TABLE a (id bigint DEFAULT nextval('shared_no'));
CREATE TABLE b (id bigint DEFAULT nextval('shared_no'::text::regclass));
CREATE VIEW next AS SELECT last_value FROM shared_no;
