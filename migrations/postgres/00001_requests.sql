-- Requests and what belongs to one. Columns of type bytea named content, text,
-- letter, name or answer are sealed; everything else holds no personal data.
-- Identifiers are text in byte order, as in the SQLite schema beside this one.

-- +goose Up
CREATE TABLE requests (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    reference   text COLLATE "C" NOT NULL UNIQUE,
    version     integer          NOT NULL,
    type        text COLLATE "C" NOT NULL,
    state       text COLLATE "C" NOT NULL,
    outcome     text COLLATE "C" NOT NULL,
    level       text COLLATE "C" NOT NULL,
    assignee    text COLLATE "C" NOT NULL,
    country     text COLLATE "C" NOT NULL,
    governing   text COLLATE "C" NOT NULL,
    received_at timestamptz      NOT NULL,
    respond_by  timestamptz      NOT NULL,
    closed_at   timestamptz,
    facts       text COLLATE "C" NOT NULL, -- JSON; the columns above are taken from it
    content     bytea,
    email_index bytea,                     -- blind index of the mailbox
    shredded_at timestamptz
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
    request_id   text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES requests (id),
    wrapped      bytea, -- under the key-encryption key; NULL once destroyed
    destroyed_at timestamptz
);

CREATE TABLE request_regimes (
    request_id text COLLATE "C" NOT NULL REFERENCES requests (id),
    regime     text COLLATE "C" NOT NULL,
    PRIMARY KEY (request_id, regime)
);
CREATE INDEX request_regimes_regime ON request_regimes (regime, request_id);

CREATE TABLE messages (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    request_id  text COLLATE "C" REFERENCES requests (id),
    direction   text COLLATE "C" NOT NULL,
    audience    text COLLATE "C" NOT NULL,
    author_kind text COLLATE "C" NOT NULL,
    author_id   text COLLATE "C" NOT NULL,
    author_role text COLLATE "C" NOT NULL,
    staff       text COLLATE "C" NOT NULL,
    text        bytea,
    template    text COLLATE "C" NOT NULL,
    letter      bytea,
    created_at  timestamptz      NOT NULL,
    unique_key  text COLLATE "C" UNIQUE,
    mail_id     text COLLATE "C" NOT NULL,
    delivery    text COLLATE "C" NOT NULL,
    attempts    integer          NOT NULL,
    last_error  text COLLATE "C" NOT NULL,
    sent_at     timestamptz
);
CREATE INDEX messages_request ON messages (request_id, created_at, id);
CREATE INDEX messages_delivery ON messages (delivery);

CREATE TABLE files (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    request_id  text COLLATE "C" NOT NULL REFERENCES requests (id),
    blob        text COLLATE "C" NOT NULL,
    name        bytea,
    media_type  text COLLATE "C" NOT NULL,
    size        bigint           NOT NULL,
    author_kind text COLLATE "C" NOT NULL,
    author_id   text COLLATE "C" NOT NULL,
    author_role text COLLATE "C" NOT NULL,
    internal    boolean          NOT NULL,
    created_at  timestamptz      NOT NULL
);
CREATE INDEX files_request ON files (request_id, created_at, id);

CREATE TABLE codes (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    request_id text COLLATE "C" NOT NULL REFERENCES requests (id),
    digest     bytea            NOT NULL,
    created_at timestamptz      NOT NULL,
    expires_at timestamptz      NOT NULL,
    tries      integer          NOT NULL,
    used       boolean          NOT NULL,
    live       boolean          NOT NULL -- neither used nor replaced by a newer one
);
CREATE UNIQUE INDEX codes_live ON codes (request_id) WHERE live;
CREATE INDEX codes_request ON codes (request_id, created_at);

CREATE TABLE sessions (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    request_id text COLLATE "C" NOT NULL REFERENCES requests (id),
    hash       bytea            NOT NULL UNIQUE,
    expires_at timestamptz      NOT NULL
);
CREATE INDEX sessions_request ON sessions (request_id);

CREATE TABLE idempotency (
    scope      text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    request_id text COLLATE "C",
    body_hash  bytea            NOT NULL,
    status     integer          NOT NULL,
    answer     bytea,
    created_at timestamptz      NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_request ON idempotency (request_id);

CREATE TABLE policies (
    version  text COLLATE "C" NOT NULL PRIMARY KEY,
    snapshot bytea            NOT NULL
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
