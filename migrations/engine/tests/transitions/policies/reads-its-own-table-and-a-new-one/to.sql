CREATE TABLE t (id int PRIMARY KEY);
CREATE TABLE member (t_id int REFERENCES t, who text);
CREATE POLICY p ON t USING (EXISTS (SELECT FROM member AS m WHERE m.t_id = t.id));
