CREATE SCHEMA one;
CREATE EXTENSION xml2 SCHEMA one;
CREATE VIEW v AS SELECT one.xml_valid('<a/>') AS valid;
