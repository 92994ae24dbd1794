-- What nothing may be erased of, anywhere, while a legal hold stands.

-- +goose Up
CREATE TABLE legal_holds (
    id        text COLLATE "C" NOT NULL PRIMARY KEY,
    version   integer          NOT NULL,
    set_at    timestamptz      NOT NULL,
    lifted_at timestamptz,
    facts     text COLLATE "C" NOT NULL, -- JSON, nothing personal
    content   bytea                      -- sealed; NULL once erased
);
CREATE INDEX legal_holds_set ON legal_holds (set_at, id);

CREATE TABLE legal_hold_subjects (
    hold_id text COLLATE "C" NOT NULL REFERENCES legal_holds (id),
    digest  bytea            NOT NULL, -- blind index of an identifier
    PRIMARY KEY (digest, hold_id)
);

-- One row, which changes with every legal hold that is set or lifted: what
-- erases something makes sure in its own transaction that it has not.
CREATE TABLE legal_hold_guard (
    id       integer NOT NULL PRIMARY KEY CHECK (id = 1),
    version  integer NOT NULL,
    standing integer NOT NULL
);
INSERT INTO legal_hold_guard (id, version, standing) VALUES (1, 0, 0);

-- +goose Down
DROP TABLE legal_hold_guard;
DROP TABLE legal_hold_subjects;
DROP TABLE legal_holds;
