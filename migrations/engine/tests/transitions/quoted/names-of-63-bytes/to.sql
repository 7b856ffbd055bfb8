CREATE TABLE t (a int, b int);
CREATE INDEX "a_name_that_is_quite_long_and_has_63_bytes_and_not_1_byte_moree" ON t (b);
