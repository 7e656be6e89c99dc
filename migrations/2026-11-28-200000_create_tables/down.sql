DROP TABLE nodes;
DROP TABLE notices;
DROP TABLE settings;
DROP TABLE grants;
DROP TABLE rules;
DROP TABLE apps;
DROP TABLE audit_events;
DROP TABLE attempts;
DROP TABLE mails;
DROP TABLE tokens;
DROP TABLE devices;
DROP TABLE tombstones;
DROP TABLE sessions;
DROP TABLE memberships;
DROP TABLE groups;
DROP TABLE users;
-- What src/storage/search.rs adds at start: on SQLite tables, on PostgreSQL an index, which went with its table.
DROP TABLE IF EXISTS user_parts;
DROP TABLE IF EXISTS user_numbers;
