-- What one node did and the others must hear; numbers have no gaps and rise in the order of the commits.
DROP TABLE notices;
CREATE TABLE notices (
    number BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    at BIGINT NOT NULL
);
-- The newest number; its row lock puts the writers of notices in a queue.
INSERT INTO settings (name, value) VALUES ('notices', '0');

-- The running nodes, the newest notice each has applied, and a number that rises while it lives.
DROP TABLE nodes;
CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY,
    acknowledged BIGINT NOT NULL,
    beat BIGINT NOT NULL
);

-- Sessions of the Redis store that were ended: these rows decide, whatever Redis says.
CREATE TABLE tombstones (
    session_id TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tombstones_expiry ON tombstones (expires_at);
