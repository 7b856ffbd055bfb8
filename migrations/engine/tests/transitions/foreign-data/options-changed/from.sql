CREATE FOREIGN DATA WRAPPER own OPTIONS (a '1', b '2');
CREATE SERVER far FOREIGN DATA WRAPPER own OPTIONS (host 'a', port '1');
CREATE USER MAPPING FOR transitions_reader SERVER far;
CREATE FOREIGN TABLE t (id int OPTIONS (col 'ID'), b text) SERVER far OPTIONS (name 'T', rows '5');
