CREATE TABLE t (id int PRIMARY KEY, owner text);
CREATE POLICY "P.p" ON t USING (owner = current_setting('app.owner', true)) WITH CHECK (id > 1 OR owner IS NULL);
