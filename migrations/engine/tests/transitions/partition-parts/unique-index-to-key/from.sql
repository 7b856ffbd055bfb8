CREATE TABLE rooms (house int NOT NULL, no int NOT NULL, note text) PARTITION BY LIST (house);
CREATE TABLE rooms_1 PARTITION OF rooms FOR VALUES IN (1);
CREATE TABLE rooms_2 PARTITION OF rooms FOR VALUES IN (2, 3);
CREATE UNIQUE INDEX rooms_key ON rooms (house, no);
