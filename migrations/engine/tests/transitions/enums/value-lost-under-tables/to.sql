CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE p (m mood PRIMARY KEY, n int);
CREATE TABLE t (
    id int PRIMARY KEY,
    m mood NOT NULL DEFAULT 'ok' REFERENCES p,
    many mood[] DEFAULT '{ok}',
    is_ok boolean GENERATED ALWAYS AS (m = 'ok'::mood) STORED,
    CONSTRAINT m_many CHECK (m <> ALL (many) OR m = 'ok')
);
CREATE INDEX t_m ON t (m);
CREATE INDEX t_ok ON t (id) WHERE m = 'ok';
CREATE VIEW v AS SELECT id, m FROM t WHERE m = 'ok';
CREATE VIEW w AS SELECT m FROM v;
CREATE FUNCTION f(m mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY q ON t USING (m = 'ok');
CREATE TABLE whole (id int, m mood) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF whole (m DEFAULT 'ok') FOR VALUES IN (1);
