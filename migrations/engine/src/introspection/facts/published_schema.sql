SELECT 'published schema', format('%I: %s', b.pubname, n.pnnspid::regnamespace), 'definition', -- since 15
       format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %s', b.pubname, n.pnnspid::regnamespace) -- since 15
FROM pg_publication_namespace n JOIN pg_publication b ON b.oid = n.pnpubid -- since 15
