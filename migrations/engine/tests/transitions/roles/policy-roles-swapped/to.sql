CREATE TABLE t (a int);
CREATE POLICY p ON t TO transitions_other, transitions_owner USING (a > 0);
CREATE POLICY q ON t FOR INSERT TO PUBLIC WITH CHECK (true);
