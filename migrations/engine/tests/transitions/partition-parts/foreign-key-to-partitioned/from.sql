CREATE TABLE rooms (house int, no int, PRIMARY KEY (house, no)) PARTITION BY LIST (house);
CREATE TABLE rooms_1 PARTITION OF rooms FOR VALUES IN (1);
CREATE TABLE guests (name text, house int, no int);
