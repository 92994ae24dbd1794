-- Requests and what belongs to one. Columns of type BLOB named content, text,
-- letter, name or answer are sealed; everything else holds no personal data.
-- Times are text in UTC, which sorts as the instants do.

-- +goose Up
CREATE TABLE requests (
    id          TEXT     NOT NULL PRIMARY KEY,
    reference   TEXT     NOT NULL UNIQUE,
    version     INTEGER  NOT NULL,
    type        TEXT     NOT NULL,
    state       TEXT     NOT NULL,
    outcome     TEXT     NOT NULL,
    level       TEXT     NOT NULL,
    assignee    TEXT     NOT NULL,
    country     TEXT     NOT NULL,
    governing   TEXT     NOT NULL,
    received_at DATETIME NOT NULL,
    respond_by  DATETIME NOT NULL,
    closed_at   DATETIME,
    facts       TEXT     NOT NULL, -- JSON; the columns above are taken from it
    content     BLOB,
    email_index BLOB, -- blind index of the mailbox
    shredded_at DATETIME
);
-- Lists are keyset pages by (respond_by, id) or (received_at, id).
CREATE INDEX requests_due ON requests (respond_by, id);
CREATE INDEX requests_open ON requests (respond_by, id) WHERE state <> 'closed';
CREATE INDEX requests_received ON requests (received_at, id);
CREATE INDEX requests_state ON requests (state, respond_by, id);
CREATE INDEX requests_type ON requests (type, respond_by, id);
CREATE INDEX requests_assignee ON requests (assignee, respond_by, id) WHERE assignee <> '';
CREATE INDEX requests_outcome ON requests (outcome, respond_by, id) WHERE outcome <> '';
CREATE INDEX requests_email ON requests (email_index) WHERE email_index IS NOT NULL;
CREATE INDEX requests_counts ON requests (state, type, governing);

CREATE TABLE request_keys (
    request_id   TEXT NOT NULL PRIMARY KEY REFERENCES requests (id),
    wrapped      BLOB, -- under the key-encryption key; NULL once destroyed
    destroyed_at DATETIME
);

CREATE TABLE request_regimes (
    request_id TEXT NOT NULL REFERENCES requests (id),
    regime     TEXT NOT NULL,
    PRIMARY KEY (request_id, regime)
);
CREATE INDEX request_regimes_regime ON request_regimes (regime, request_id);

CREATE TABLE messages (
    id          TEXT     NOT NULL PRIMARY KEY,
    request_id  TEXT     REFERENCES requests (id),
    direction   TEXT     NOT NULL,
    audience    TEXT     NOT NULL,
    author_kind TEXT     NOT NULL,
    author_id   TEXT     NOT NULL,
    author_role TEXT     NOT NULL,
    staff       TEXT     NOT NULL,
    text        BLOB,
    template    TEXT     NOT NULL,
    letter      BLOB,
    created_at  DATETIME NOT NULL,
    unique_key  TEXT     UNIQUE,
    mail_id     TEXT     NOT NULL,
    delivery    TEXT     NOT NULL,
    attempts    INTEGER  NOT NULL,
    last_error  TEXT     NOT NULL,
    sent_at     DATETIME
);
CREATE INDEX messages_request ON messages (request_id, created_at, id);
CREATE INDEX messages_delivery ON messages (delivery);

CREATE TABLE files (
    id          TEXT     NOT NULL PRIMARY KEY,
    request_id  TEXT     NOT NULL REFERENCES requests (id),
    blob        TEXT     NOT NULL,
    name        BLOB,
    media_type  TEXT     NOT NULL,
    size        INTEGER  NOT NULL,
    author_kind TEXT     NOT NULL,
    author_id   TEXT     NOT NULL,
    author_role TEXT     NOT NULL,
    internal    BOOLEAN  NOT NULL,
    created_at  DATETIME NOT NULL
);
CREATE INDEX files_request ON files (request_id, created_at, id);

CREATE TABLE codes (
    id         TEXT     NOT NULL PRIMARY KEY,
    request_id TEXT     NOT NULL REFERENCES requests (id),
    digest     BLOB     NOT NULL,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    tries      INTEGER  NOT NULL,
    used       BOOLEAN  NOT NULL,
    live       BOOLEAN  NOT NULL -- neither used nor replaced by a newer one
);
CREATE UNIQUE INDEX codes_live ON codes (request_id) WHERE live;
CREATE INDEX codes_request ON codes (request_id, created_at);

CREATE TABLE sessions (
    id         TEXT     NOT NULL PRIMARY KEY,
    request_id TEXT     NOT NULL REFERENCES requests (id),
    hash       BLOB     NOT NULL UNIQUE,
    expires_at DATETIME NOT NULL
);
CREATE INDEX sessions_request ON sessions (request_id);

CREATE TABLE idempotency (
    scope      TEXT     NOT NULL,
    key        TEXT     NOT NULL,
    request_id TEXT,
    body_hash  BLOB     NOT NULL,
    status     INTEGER  NOT NULL,
    answer     BLOB,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_request ON idempotency (request_id);

CREATE TABLE policies (
    version  TEXT NOT NULL PRIMARY KEY,
    snapshot BLOB NOT NULL
);

-- +goose Down
DROP TABLE policies;
DROP TABLE idempotency;
DROP TABLE sessions;
DROP TABLE codes;
DROP TABLE files;
DROP TABLE messages;
DROP TABLE request_regimes;
DROP TABLE request_keys;
DROP TABLE requests;
