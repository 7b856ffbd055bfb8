CREATE TYPE level AS ENUM ('low', 'high', 'middle');
CREATE TABLE t (id int, level level);
