-- linkding's indexes and foreign keys, made once its tables are filled.

CREATE INDEX ON bookmarks_bookmark (latest_snapshot_id);
CREATE INDEX ON bookmarks_bookmark (owner_id);
CREATE INDEX ON bookmarks_bookmark (url_normalized);
CREATE INDEX ON bookmarks_bookmark (url_normalized varchar_pattern_ops);
CREATE INDEX ON bookmarks_tag (owner_id);
CREATE INDEX ON bookmarks_bookmark_tags (bookmark_id);
CREATE INDEX ON bookmarks_bookmark_tags (tag_id);
ALTER TABLE bookmarks_bookmark_tags
    ADD UNIQUE (bookmark_id, tag_id),
    ADD FOREIGN KEY (bookmark_id) REFERENCES bookmarks_bookmark DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (tag_id) REFERENCES bookmarks_tag DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE bookmarks_bookmark
    ADD FOREIGN KEY (owner_id) REFERENCES auth_user DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE bookmarks_tag
    ADD FOREIGN KEY (owner_id) REFERENCES auth_user DEFERRABLE INITIALLY DEFERRED;
SELECT setval(pg_get_serial_sequence('bookmarks_tag', 'id'), (SELECT max(id) FROM bookmarks_tag)),
       setval(pg_get_serial_sequence('bookmarks_bookmark_tags', 'id'),
              (SELECT max(id) FROM bookmarks_bookmark_tags));
