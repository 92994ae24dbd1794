-- Staff, their tokens, the setup link, and the proof that the keys are right.

-- +goose Up
CREATE TABLE staff (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    name        bytea            NOT NULL, -- sealed
    name_index  bytea            NOT NULL UNIQUE,
    email       bytea,                     -- sealed
    email_index bytea            UNIQUE,
    role        text COLLATE "C" NOT NULL,
    created_at  timestamptz      NOT NULL,
    disabled    boolean          NOT NULL
);

CREATE TABLE tokens (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    staff_id   text COLLATE "C" NOT NULL REFERENCES staff (id),
    role       text COLLATE "C" NOT NULL,
    hash       bytea            NOT NULL UNIQUE,
    created_at timestamptz      NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX tokens_staff ON tokens (staff_id);

CREATE TABLE setup (
    id      integer NOT NULL PRIMARY KEY CHECK (id = 1),
    hash    bytea   NOT NULL,
    used_at timestamptz
);

CREATE TABLE key_proof (
    id    integer NOT NULL PRIMARY KEY CHECK (id = 1),
    proof bytea   NOT NULL
);

-- +goose Down
DROP TABLE key_proof;
DROP TABLE setup;
DROP TABLE tokens;
DROP TABLE staff;
