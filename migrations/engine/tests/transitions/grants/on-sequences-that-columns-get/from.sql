CREATE TABLE numbers (a int NOT NULL, b int NOT NULL, c int GENERATED ALWAYS AS IDENTITY, e serial);
