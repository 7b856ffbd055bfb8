CREATE TYPE mood AS ENUM ('very sad', 'sad', 'so so', 'ok', 'happy');
CREATE TABLE t (a int, m mood DEFAULT 'happy');
