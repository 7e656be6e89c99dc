DROP TABLE nodes;
DROP TABLE notices;
DROP TABLE settings;
DROP TABLE audit_events;
DROP TABLE attempts;
DROP TABLE sessions;
DROP TABLE users;
