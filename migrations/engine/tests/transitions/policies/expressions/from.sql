CREATE TABLE t (id int PRIMARY KEY, owner text);
CREATE POLICY "P.p" ON t USING (id > 0) WITH CHECK (id > 1);
