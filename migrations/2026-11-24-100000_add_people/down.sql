DROP INDEX audit_events_at;
DROP INDEX audit_events_actor;
DROP INDEX sessions_created;
ALTER TABLE sessions DROP COLUMN last_seen_at;
DROP TABLE devices;
DROP TABLE mails;
DROP TABLE tokens;
