CREATE TABLE t (a int, b text);
CREATE INDEX "ééééééééééééééééééééééééééééééé" ON t (a, b);
