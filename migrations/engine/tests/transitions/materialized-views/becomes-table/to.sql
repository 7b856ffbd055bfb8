CREATE TABLE sales (day date, amount int);
CREATE TABLE days (day date PRIMARY KEY);
