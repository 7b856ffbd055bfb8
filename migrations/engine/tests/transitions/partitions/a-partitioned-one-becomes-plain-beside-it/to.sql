CREATE TABLE m_1 (id int, at date NOT NULL);
