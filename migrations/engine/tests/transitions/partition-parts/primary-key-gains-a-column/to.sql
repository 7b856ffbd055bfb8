CREATE TABLE rooms (house int NOT NULL, no int NOT NULL, bed int NOT NULL) PARTITION BY LIST (house);
CREATE TABLE rooms_1 PARTITION OF rooms FOR VALUES IN (1);
CREATE TABLE rooms_other PARTITION OF rooms DEFAULT;
ALTER TABLE rooms ADD CONSTRAINT rooms_pkey PRIMARY KEY (house, no, bed);
