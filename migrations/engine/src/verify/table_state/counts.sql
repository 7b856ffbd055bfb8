-- One row a table of $1, with its partitions and heirs, whose rows a query of it reads: what tells whether
-- its rows are others than they were.
WITH RECURSIVE member (root, oid) AS (
    SELECT c, c FROM unnest($1) c
    UNION SELECT m.root, i.inhrelid FROM member m JOIN pg_inherits i ON i.inhparent = m.oid
)
SELECT root,
       -- A rewrite or TRUNCATE makes another file, all else is counted by the server. Labels can be renamed
       -- without the tables being touched. Without counters nothing is known.
       CASE WHEN current_setting('track_counts')::bool AND current_setting('server_version_num')::int >= 150000
           THEN concat_ws(' ', string_agg(format('%s:%s:%s:%s', pg_relation_filenode(oid), pg_stat_get_tuples_inserted(oid),
               pg_stat_get_tuples_updated(oid), pg_stat_get_tuples_deleted(oid)), ' ' ORDER BY oid),
               (SELECT sum(hashtextextended(enumlabel, oid::bigint)) FROM pg_enum)) END,
       sum(pg_stat_get_tuples_inserted(oid)), sum(pg_relation_size(oid)) <= 32768, sum(pg_relation_size(oid)) = 0,
       string_agg(oid::text, ' ' ORDER BY oid)
FROM member GROUP BY root
