CREATE TABLE p (key uuid PRIMARY KEY DEFAULT gen_random_uuid());
CREATE TABLE t (p_key uuid CONSTRAINT f REFERENCES p);
