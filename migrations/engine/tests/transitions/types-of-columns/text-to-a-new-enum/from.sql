CREATE TABLE t (id int PRIMARY KEY, m text NOT NULL DEFAULT 'ok' CONSTRAINT m_known CHECK (m IN ('sad', 'ok')));
