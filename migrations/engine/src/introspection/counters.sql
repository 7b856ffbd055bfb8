-- What the server has counted of changes to its own tables: to those that hold relations; to the others, of
-- functions, enums and schemas only renamings and the like; to functions, enums and schemas; of updates alone
-- to columns and types, and to types; of rows that are gone from the first; and the first transaction of
-- which this snapshot does not know the end.
-- Whoever adds, changes or removes an object changes one of these tables. Left out are planner statistics,
-- data, and a table that says nothing which the others do not say.
SELECT current_setting('track_counts')::bool AND current_setting('server_version_num')::int >= 150000,
       sum(changes) FILTER (WHERE is_of_relations),
       sum(CASE WHEN relname = 'pg_proc' THEN 0 WHEN is_plain THEN updates ELSE changes END) FILTER (WHERE NOT is_of_relations),
       sum(changes) FILTER (WHERE is_plain),
       sum(updates) FILTER (WHERE relname IN ('pg_attribute', 'pg_type')), sum(updates) FILTER (WHERE relname = 'pg_type'),
       sum(gone) FILTER (WHERE is_of_relations), pg_snapshot_xmin(pg_current_snapshot())::xid
FROM (SELECT relname, relname IN ('pg_proc', 'pg_enum', 'pg_namespace') AS is_plain,
             relname IN ('pg_class', 'pg_attribute', 'pg_attrdef', 'pg_constraint', 'pg_index', 'pg_trigger', 'pg_rewrite',
                         'pg_policy', 'pg_sequence', 'pg_inherits', 'pg_partitioned_table', 'pg_foreign_table',
                         'pg_description', 'pg_depend', 'pg_type') AS is_of_relations,
             updated AS updates, deleted AS gone, inserted + updated + deleted AS changes
      FROM pg_class,
           -- With what this session has counted and not yet told the others.
           LATERAL (SELECT pg_stat_get_tuples_inserted(oid) + pg_stat_get_xact_tuples_inserted(oid) AS inserted,
                           pg_stat_get_tuples_updated(oid) + pg_stat_get_xact_tuples_updated(oid) AS updated,
                           pg_stat_get_tuples_deleted(oid) + pg_stat_get_xact_tuples_deleted(oid) AS deleted) counted
      WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace
        AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_shdepend', 'pg_largeobject')) counted
