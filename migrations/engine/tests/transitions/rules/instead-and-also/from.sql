CREATE TABLE t (a int);
CREATE TABLE log (a int, at timestamptz DEFAULT now());
CREATE RULE logged AS ON INSERT TO t DO ALSO INSERT INTO log (a) VALUES (new.a);
COMMENT ON RULE logged ON t IS 'logs';
