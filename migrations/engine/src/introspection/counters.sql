-- What the server has counted of changes to its own tables, to those that hold relations and to the others;
-- of updates alone to two of them and of rows that are gone from the first; and the first transaction of
-- which this snapshot does not know the end.
-- Whoever adds, changes or removes an object changes one of these tables. Left out are planner statistics,
-- data, and a table that says nothing which the others do not say.
SELECT current_setting('track_counts')::bool AND current_setting('server_version_num')::int >= 150000,
       sum(changes) FILTER (WHERE is_of_relations), sum(changes) FILTER (WHERE NOT is_of_relations),
       sum(updates) FILTER (WHERE relname IN ('pg_attribute', 'pg_type')),
       sum(gone) FILTER (WHERE is_of_relations), pg_snapshot_xmin(pg_current_snapshot())::xid
FROM (SELECT relname,
             relname IN ('pg_class', 'pg_attribute', 'pg_attrdef', 'pg_constraint', 'pg_index', 'pg_trigger', 'pg_rewrite',
                         'pg_policy', 'pg_sequence', 'pg_inherits', 'pg_partitioned_table', 'pg_foreign_table',
                         'pg_description', 'pg_depend', 'pg_type') AS is_of_relations,
             pg_stat_get_tuples_updated(oid) AS updates, pg_stat_get_tuples_deleted(oid) AS gone,
             pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid) AS changes
      FROM pg_class
      WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace
        AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_shdepend', 'pg_largeobject')) counted
