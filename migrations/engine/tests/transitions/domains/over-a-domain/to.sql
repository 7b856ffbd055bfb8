CREATE DOMAIN word AS text CHECK (length(value) > 0);
CREATE DOMAIN name AS word CHECK (value !~ '\d') NOT NULL;
CREATE TABLE people (name public.name);
