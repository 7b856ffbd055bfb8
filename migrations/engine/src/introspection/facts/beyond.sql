-- Not a property: another object than a relation names one that has changed.
SELECT 'beyond', '', '', '' WHERE EXISTS (SELECT FROM dependent WHERE oid IS NULL)
