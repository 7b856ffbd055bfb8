CREATE TABLE t (a int, b text);
CREATE INDEX i ON t USING brin (a int4_minmax_multi_ops (values_per_range = 16)) WITH (pages_per_range = 64, autosummarize = on);
