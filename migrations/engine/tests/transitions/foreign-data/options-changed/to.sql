CREATE FOREIGN DATA WRAPPER own OPTIONS (b '3', c 'it''s');
CREATE SERVER far FOREIGN DATA WRAPPER own OPTIONS (host 'b', db 'x');
CREATE USER MAPPING FOR transitions_reader SERVER far;
CREATE FOREIGN TABLE t (id int OPTIONS (col 'id', nr 'true'), b text OPTIONS (col 'B')) SERVER far
    OPTIONS (name 'U');
