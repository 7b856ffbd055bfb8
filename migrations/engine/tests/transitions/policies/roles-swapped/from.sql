CREATE TABLE t (id int PRIMARY KEY);
CREATE POLICY p ON t TO policies_one USING (true);
CREATE POLICY q ON t TO policies_one, "policies two" USING (true);
