CREATE DOMAIN word AS text CHECK (value <> '');
CREATE DOMAIN name AS word;
CREATE TABLE people (name public.name);
