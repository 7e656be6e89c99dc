-- What src/storage/search.rs adds at start has to go first, or the column cannot. PostgreSQL nests comments, so that it skips these
-- lines, and drops its index with the column; for SQLite the comment ends at once.
/* /* */
DROP TRIGGER IF EXISTS user_parts_added;
DROP TRIGGER IF EXISTS user_parts_changed;
DROP TRIGGER IF EXISTS user_parts_removed;
DROP TABLE IF EXISTS user_parts;
DROP TABLE IF EXISTS user_numbers;
-- */
DROP INDEX mails_created;
DROP INDEX users_last_sign_in;
DROP INDEX users_state;
DROP INDEX users_role;
DROP INDEX users_search;
DROP INDEX users_unsearched;
ALTER TABLE users DROP COLUMN search;
