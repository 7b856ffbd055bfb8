-- What changes and why, and what becomes of the rows that are there.
--
-- It runs in one transaction, while others use the database:
--   * A new column has no default or a constant one; NOT NULL comes later, behind a validated CHECK.
--   * A constraint is added NOT VALID here and validated in the next migration.
--   * An index is built CONCURRENTLY, in a file whose leading comments say "branchline: no-transaction". If
--     such a file fails, it continues where it stopped, and an index that was left unusable is built again.
--   * Rows are changed in batches, in a file of their own that says the same.

