-- Staff, their tokens, the setup link, and the proof that the keys are right.

-- +goose Up
CREATE TABLE staff (
    id          TEXT     NOT NULL PRIMARY KEY,
    name        BLOB     NOT NULL, -- sealed
    name_index  BLOB     NOT NULL UNIQUE,
    email       BLOB,
    email_index BLOB     UNIQUE,
    role        TEXT     NOT NULL,
    created_at  DATETIME NOT NULL,
    disabled    BOOLEAN  NOT NULL
);

CREATE TABLE tokens (
    id         TEXT     NOT NULL PRIMARY KEY,
    staff_id   TEXT     NOT NULL REFERENCES staff (id),
    role       TEXT     NOT NULL,
    hash       BLOB     NOT NULL UNIQUE,
    created_at DATETIME NOT NULL,
    expires_at DATETIME,
    revoked_at DATETIME
);
CREATE INDEX tokens_staff ON tokens (staff_id);

CREATE TABLE setup (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    hash    BLOB    NOT NULL,
    used_at DATETIME
);

CREATE TABLE key_proof (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    proof BLOB    NOT NULL
);

-- +goose Down
DROP TABLE key_proof;
DROP TABLE setup;
DROP TABLE tokens;
DROP TABLE staff;
