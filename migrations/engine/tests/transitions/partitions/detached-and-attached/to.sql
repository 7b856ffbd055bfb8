CREATE TABLE m (id int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE m_1 (id int, at date NOT NULL);
