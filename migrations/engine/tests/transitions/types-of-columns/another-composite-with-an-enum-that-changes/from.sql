CREATE TYPE mood AS ENUM ('ok', 'new');
CREATE TYPE former AS (a mood);
CREATE TABLE t (a former);
