-- branchline: loses visits.seconds: duration holds them
ALTER TABLE visits ADD COLUMN seconds integer;
UPDATE visits SET seconds = least(duration, 2147483647);
ALTER TABLE visits ALTER COLUMN seconds SET NOT NULL;

CREATE FUNCTION visits_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A function of the new release writes duration alone, one of the old release seconds alone.
    IF new.duration IS NULL OR TG_OP = 'UPDATE' AND new.seconds <> old.seconds THEN
        new.duration := new.seconds;
    ELSE
        new.seconds := least(new.duration, 2147483647);
    END IF;
    RETURN new;
END $$;

CREATE TRIGGER visits_in_step BEFORE INSERT OR UPDATE ON visits
FOR EACH ROW EXECUTE FUNCTION visits_in_step();
