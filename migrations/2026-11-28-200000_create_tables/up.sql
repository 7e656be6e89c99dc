-- A column that comes later has a default: rows of older backups are restored with it.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    -- For apps that take no address; few accounts have one.
    username TEXT,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'user')),
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled', 'invited')),
    password_hash TEXT,
    session_epoch BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    last_sign_in_at BIGINT,
    language TEXT NOT NULL DEFAULT '',
    -- Name, address and user name without regard to case, which accounts are found and ordered by; filled in at start where it is empty.
    search TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX users_email ON users (email);
CREATE UNIQUE INDEX users_username ON users (username);
CREATE INDEX users_unsearched ON users (id) WHERE search = '';
-- One for each order of the list.
CREATE INDEX users_created ON users (created_at, id);
CREATE INDEX users_search ON users (search, created_at, id);
CREATE INDEX users_role ON users (role, created_at, id);
CREATE INDEX users_state ON users (state, created_at, id);
CREATE INDEX users_last_sign_in ON users (COALESCE(last_sign_in_at, 0), created_at, id);

CREATE TABLE groups (
    name TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    id TEXT NOT NULL PRIMARY KEY,
    group_name TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX memberships_group ON memberships (group_name, user_id);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    -- Absent in the deprecated mode.
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    -- Of a child session: the session at the portal that it lives with, and the origin of the app that it is good for.
    parent_id TEXT,
    org TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Whether it outlives the browser's run: "Keep me signed in".
    persistent BOOLEAN NOT NULL DEFAULT TRUE,
    -- How the person proved who they are, in words, and when last.
    methods TEXT NOT NULL DEFAULT '',
    authenticated_at BIGINT NOT NULL DEFAULT 0,
    generation BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    successor_seen_at BIGINT,
    source TEXT NOT NULL,
    device TEXT NOT NULL,
    last_seen_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_parent ON sessions (parent_id, created_at, id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_created ON sessions (created_at, id);

-- Sessions of the Redis store that were ended: these rows decide, whatever Redis says.
CREATE TABLE tombstones (
    session_id TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tombstones_expiry ON tombstones (expires_at);

-- Browsers that have signed in to an account before.
CREATE TABLE devices (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    -- Until when the second factor is not asked for in this browser.
    trusted_until BIGINT
);
CREATE INDEX devices_user ON devices (user_id);

-- Links that were handed out: the keyed hash alone.
CREATE TABLE tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    payload TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tokens_user ON tokens (user_id, purpose);
CREATE INDEX tokens_expiry ON tokens (expires_at);

CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    detail TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    last_error TEXT NOT NULL
);
CREATE INDEX mails_due ON mails (state, next_try_at);
CREATE INDEX mails_user ON mails (user_id);
CREATE INDEX mails_created ON mails (created_at, id);

-- Second factors. What is only of one kind is in a table of its own.
CREATE TABLE factors (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX factors_user ON factors (user_id);

CREATE TABLE totp_secrets (
    factor_id TEXT NOT NULL PRIMARY KEY REFERENCES factors (id) ON DELETE CASCADE,
    -- Sealed.
    secret TEXT NOT NULL,
    -- The last step of which a code was used; it and earlier ones are refused.
    last_step BIGINT NOT NULL
);

-- Credential records (WebAuthn level 3, section 4); bytes are in unpadded base64url.
CREATE TABLE passkeys (
    factor_id TEXT NOT NULL PRIMARY KEY REFERENCES factors (id) ON DELETE CASCADE,
    credential_id TEXT NOT NULL UNIQUE,
    user_handle TEXT NOT NULL,
    public_key TEXT NOT NULL,
    algorithm BIGINT NOT NULL,
    counter BIGINT NOT NULL,
    aaguid TEXT NOT NULL,
    -- Separated by spaces.
    transports TEXT NOT NULL,
    synced BOOLEAN NOT NULL,
    -- Of APP_URL, when it was made: it works nowhere else.
    host TEXT NOT NULL
);

-- Keyed hashes of the challenges that were answered, until they expire: each is good once.
CREATE TABLE used_challenges (
    hash TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_challenges_expiry ON used_challenges (expires_at);

-- Keyed hashes of recovery codes, each good once.
CREATE TABLE recovery_codes (
    hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- Apps beside the one of the configuration, which has no row.
CREATE TABLE apps (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- One a line: host and perhaps port.
    addresses TEXT NOT NULL,
    -- Empty if the app is behind another proxy, which asks.
    upstream TEXT NOT NULL DEFAULT '',
    ca_file TEXT,
    -- The Host it is sent: empty for its address, "upstream", or a text.
    host_header TEXT NOT NULL DEFAULT '',
    answer_secs BIGINT,
    max_upload BIGINT,
    websocket_origins TEXT NOT NULL DEFAULT '',
    default_access TEXT NOT NULL,
    preflight BOOLEAN NOT NULL DEFAULT FALSE,
    signed_identity BOOLEAN NOT NULL DEFAULT FALSE,
    enabled BOOLEAN NOT NULL DEFAULT TRUE,
    shown BOOLEAN NOT NULL DEFAULT TRUE,
    session_secs BIGINT,
    -- What tells the app who is there: names that many apps know, its own ("part = name", one a line), and headers with the same value in every request
    -- (the name and the sealed value, one a line).
    headers TEXT NOT NULL DEFAULT 'remote',
    header_map TEXT NOT NULL DEFAULT '',
    fixed_headers TEXT NOT NULL DEFAULT '',
    -- Headers besides the usual ones in which its clients send machine tokens, one a line.
    token_headers TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX apps_name ON apps (name);

-- Their icons, in Base64.
CREATE TABLE icons (
    app_id TEXT NOT NULL PRIMARY KEY REFERENCES apps (id) ON DELETE CASCADE,
    content TEXT NOT NULL
);

-- Rules of apps, also of "default", the one of the configuration.
CREATE TABLE rules (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL,
    path TEXT NOT NULL,
    methods TEXT NOT NULL
);
CREATE INDEX rules_app ON rules (app_id);

-- Whom a rule lets in.
CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    rule_id TEXT NOT NULL REFERENCES rules (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    who TEXT NOT NULL,
    group_names TEXT NOT NULL DEFAULT '',
    people TEXT NOT NULL DEFAULT '',
    networks TEXT NOT NULL DEFAULT '',
    factor BOOLEAN NOT NULL DEFAULT FALSE,
    within_minutes BIGINT,
    until_at BIGINT
);
CREATE INDEX grants_rule ON grants (rule_id);

-- Machine tokens and signed links.
CREATE TABLE machine_tokens (
    -- Derived from the secret, which it does not reveal.
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The keyed hash of a token; empty for a link, whose signature is computed.
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- An app, or "default", the one of the configuration.
    app_id TEXT NOT NULL,
    path TEXT NOT NULL,
    methods TEXT NOT NULL DEFAULT '',
    networks TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX machine_tokens_user ON machine_tokens (user_id, created_at, id);
CREATE INDEX machine_tokens_app ON machine_tokens (app_id);
CREATE INDEX machine_tokens_created ON machine_tokens (created_at, id);

-- Counts of guesses.
CREATE TABLE attempts (
    bucket TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    window_start BIGINT NOT NULL,
    last_failure BIGINT NOT NULL
);
CREATE INDEX attempts_age ON attempts (last_failure);

CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    source TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_events_subject ON audit_events (subject, id);
CREATE INDEX audit_events_actor ON audit_events (actor, id);
CREATE INDEX audit_events_event ON audit_events (event, id);
CREATE INDEX audit_events_at ON audit_events (at);

-- What signs identities for apps; the private keys are sealed.
CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    sealed TEXT NOT NULL,
    signs_from BIGINT NOT NULL
);

-- Certificates that an authority issued by ACME, and what is to be ordered. Each name has a certificate of its own.
CREATE TABLE certificates (
    name TEXT NOT NULL PRIMARY KEY,
    -- Differs after every change, so that nodes notice it.
    version TEXT NOT NULL,
    -- The account's authority.
    directory_url TEXT NOT NULL,
    chain TEXT NOT NULL,
    -- The private key, sealed.
    sealed_key TEXT NOT NULL
);
CREATE TABLE certificate_orders (
    name TEXT NOT NULL PRIMARY KEY,
    -- The authority: what failed at one says nothing of another.
    directory_url TEXT NOT NULL,
    -- Failures in a row.
    failures BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    failed_at BIGINT,
    last_error TEXT NOT NULL
);
CREATE TABLE acme_accounts (
    directory_url TEXT NOT NULL PRIMARY KEY,
    contact TEXT NOT NULL,
    -- The account's address and private key, sealed.
    sealed_credentials TEXT NOT NULL
);
-- What this instance answers when an authority asks whether a name is its own.
CREATE TABLE acme_challenges (
    token TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    key_authorization TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX acme_challenges_name ON acme_challenges (name);
CREATE INDEX acme_challenges_expires ON acme_challenges (expires_at);

-- What one node at a time does, and who does it; it is free when that node is not in the list of nodes any more.
CREATE TABLE leases (
    work TEXT NOT NULL PRIMARY KEY,
    node TEXT NOT NULL
);

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
-- The number of the newest notice; its row lock puts the writers of notices in a queue.
INSERT INTO settings (name, value) VALUES ('notices', '0');
-- Rises with every change of apps and rules; its row lock lets one change at a time be made.
INSERT INTO settings (name, value) VALUES ('apps', '0');

-- What one node changed and the others have to apply; numbers have no gaps and rise in the order of the commits.
CREATE TABLE notices (
    number BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- The running nodes, the newest notice each has applied, and a number that rises while it lives.
CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY,
    acknowledged BIGINT NOT NULL,
    beat BIGINT NOT NULL
);
