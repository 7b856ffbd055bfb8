-- One row a table of $1, with its partitions and heirs, whose rows a query of it reads: what tells whether
-- its rows are others than they were. What this session has counted and not yet told the others counts too.
WITH RECURSIVE member (root, oid) AS (
    SELECT c, c FROM unnest($1) c
    UNION SELECT m.root, i.inhrelid FROM member m JOIN pg_inherits i ON i.inhparent = m.oid
)
SELECT root,
       -- A rewrite or TRUNCATE makes another file, all else is counted by the server. Labels can be renamed
       -- without the tables being touched. Without counters nothing is known.
       CASE WHEN current_setting('track_counts')::bool AND current_setting('server_version_num')::int >= 150000
           THEN concat_ws(' ', string_agg(format('%s:%s', oid, pg_relation_filenode(oid)), ' ' ORDER BY oid),
               (SELECT sum(hashtextextended(enumlabel, oid::bigint)) FROM pg_enum)) END,
       sum(pg_stat_get_tuples_inserted(oid) + pg_stat_get_xact_tuples_inserted(oid)),
       sum(pg_stat_get_tuples_updated(oid) + pg_stat_get_xact_tuples_updated(oid)),
       sum(pg_stat_get_tuples_deleted(oid) + pg_stat_get_xact_tuples_deleted(oid)),
       sum(size) <= 32768, sum(size) = 0, string_agg(oid::text, ' ' ORDER BY oid)
FROM member, LATERAL (SELECT pg_relation_size(oid) AS size) file
GROUP BY root
