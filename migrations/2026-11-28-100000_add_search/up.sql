-- Name and address without regard to case, which accounts are found and ordered by; filled in at start where it is empty.
ALTER TABLE users ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX users_unsearched ON users (id) WHERE search = '';
-- One for each order of the list.
CREATE INDEX users_search ON users (search, created_at, id);
CREATE INDEX users_role ON users (role, created_at, id);
CREATE INDEX users_state ON users (state, created_at, id);
CREATE INDEX users_last_sign_in ON users (COALESCE(last_sign_in_at, 0), created_at, id);
CREATE INDEX mails_created ON mails (created_at, id);
