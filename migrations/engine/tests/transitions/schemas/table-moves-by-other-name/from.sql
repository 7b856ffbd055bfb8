CREATE SCHEMA app;
CREATE TABLE app.logs (id int);
