CREATE TABLE b (id text, CONSTRAINT t PRIMARY KEY (id));
CREATE TABLE "Mixed a" (b text, j jsonb, CONSTRAINT "Mixed k" FOREIGN KEY (b) REFERENCES b (id));
CREATE VIEW v WITH (security_invoker) AS SELECT j FROM "Mixed a";
