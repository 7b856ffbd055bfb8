-- Contract: no function of the old release runs any more.
DROP TRIGGER visits_in_step ON visits;
DROP FUNCTION visits_in_step();
ALTER TABLE visits DROP COLUMN seconds;
