
    UNION ALL SELECT c.oid, s.name || '.' || quote_ident(c.relname), 'index', c.relnamespace, c.relname, c.relkind
    FROM kept JOIN pg_class c USING (oid) JOIN space s ON s.oid = c.relnamespace JOIN pg_index i ON i.indexrelid = c.oid
    WHERE i.indrelid IN (SELECT oid FROM relation)