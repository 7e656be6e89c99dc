DROP INDEX mails_created;
DROP INDEX users_last_sign_in;
DROP INDEX users_state;
DROP INDEX users_role;
DROP INDEX users_search;
DROP INDEX users_unsearched;
ALTER TABLE users DROP COLUMN search;
