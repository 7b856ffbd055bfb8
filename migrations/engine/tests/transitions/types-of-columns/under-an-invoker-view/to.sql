CREATE TABLE t (id int PRIMARY KEY, n bigint);
CREATE VIEW v WITH (security_invoker = true, security_barrier = true) AS SELECT id, n FROM t WHERE n > 0 WITH CASCADED CHECK OPTION;
ALTER VIEW v ALTER n SET DEFAULT 3;
