DROP TABLE tombstones;
DROP TABLE nodes;
CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY,
    acknowledged BIGINT NOT NULL
);
DELETE FROM settings WHERE name = 'notices';
DROP TABLE notices;
CREATE TABLE notices (
    number BIGINT NOT NULL PRIMARY KEY,
    session_id TEXT,
    at BIGINT NOT NULL
);
