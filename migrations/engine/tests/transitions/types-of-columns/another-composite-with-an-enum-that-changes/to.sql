CREATE TYPE mood AS ENUM ('ok', 'other');
CREATE TYPE later AS (a mood);
CREATE TABLE t (a later);
