CREATE SCHEMA two;
CREATE EXTENSION xml2 SCHEMA two;
CREATE VIEW v AS SELECT two.xml_valid('<a/>') AS valid;
