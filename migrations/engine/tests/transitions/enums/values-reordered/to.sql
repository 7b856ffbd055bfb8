CREATE TYPE level AS ENUM ('low', 'middle', 'high');
CREATE TABLE t (id int, level level);
