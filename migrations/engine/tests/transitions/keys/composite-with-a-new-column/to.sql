CREATE TABLE t (id int, organization_id int NOT NULL DEFAULT 1, CONSTRAINT t_pkey PRIMARY KEY (organization_id, id));
