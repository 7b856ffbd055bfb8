CREATE TYPE word AS (w text COLLATE "C", lang varchar(2));
