CREATE TABLE b (id text, CONSTRAINT k PRIMARY KEY (id));
CREATE TABLE a (b text, j jsonb, CONSTRAINT "Mixed k" FOREIGN KEY (b) REFERENCES b (id));
CREATE VIEW v WITH (security_invoker) AS SELECT j FROM a;
