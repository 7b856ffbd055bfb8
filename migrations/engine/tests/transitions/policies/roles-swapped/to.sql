CREATE TABLE t (id int PRIMARY KEY);
CREATE POLICY p ON t TO "policies two" USING (true);
CREATE POLICY q ON t TO "policies two" USING (id > 0);
