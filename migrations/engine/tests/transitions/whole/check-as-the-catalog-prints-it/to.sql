CREATE TABLE t (b text CONSTRAINT c CHECK (b = ANY (ARRAY['x'::text, 'y'::text])), n int DEFAULT '-1'::integer);
