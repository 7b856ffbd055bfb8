CREATE TABLE m (id int, at date NOT NULL, CONSTRAINT m_key PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX m_at ON m (at);
CREATE TABLE m_1 (id int NOT NULL, at date NOT NULL, CONSTRAINT m_1_pkey PRIMARY KEY (id, at));
CREATE INDEX m_1_at_idx ON m_1 (at);
