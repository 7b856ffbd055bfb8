CREATE TYPE money_of AS (amount numeric, currency text);
CREATE FUNCTION amount(m money_of) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT m.amount';
CREATE CAST (money_of AS numeric) WITH FUNCTION amount (money_of) AS ASSIGNMENT;
COMMENT ON CAST (money_of AS numeric) IS 'forgets the currency';
