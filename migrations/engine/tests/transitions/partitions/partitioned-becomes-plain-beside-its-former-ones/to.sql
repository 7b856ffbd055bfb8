CREATE TABLE m (id bigint NOT NULL, at date NOT NULL, note text);
CREATE TABLE m_1 (id int NOT NULL, at date NOT NULL);
