DO $do$ BEGIN
    EXECUTE format('ALTER ROLE "transitions''s $$ 100%%" IN DATABASE %I SET search_path = app, public',
        current_database());
END $do$;
