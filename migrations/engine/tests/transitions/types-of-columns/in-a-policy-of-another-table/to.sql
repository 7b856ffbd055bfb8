CREATE TABLE member (who text PRIMARY KEY, level bigint);
CREATE TABLE t (id int PRIMARY KEY);
CREATE POLICY p ON t USING (EXISTS (SELECT FROM member WHERE who = current_user AND level > id));
