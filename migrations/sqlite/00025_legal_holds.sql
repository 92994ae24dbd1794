-- What nothing may be erased of, anywhere, while a legal hold stands.

-- +goose Up
CREATE TABLE legal_holds (
    id        TEXT NOT NULL PRIMARY KEY,
    version   INTEGER          NOT NULL,
    set_at    DATETIME NOT NULL,
    lifted_at DATETIME,
    facts     TEXT NOT NULL, -- JSON, nothing personal
    content   BLOB                      -- sealed; NULL once erased
);
CREATE INDEX legal_holds_set ON legal_holds (set_at, id);

CREATE TABLE legal_hold_subjects (
    hold_id TEXT NOT NULL REFERENCES legal_holds (id),
    digest  BLOB            NOT NULL, -- blind index of an identifier
    PRIMARY KEY (digest, hold_id)
);

-- One row, which changes with every legal hold that is set or lifted: what
-- erases something makes sure in its own transaction that it has not.
CREATE TABLE legal_hold_guard (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version  INTEGER NOT NULL,
    standing INTEGER NOT NULL
);
INSERT INTO legal_hold_guard (id, version, standing) VALUES (1, 0, 0);

-- +goose Down
DROP TABLE legal_hold_guard;
DROP TABLE legal_hold_subjects;
DROP TABLE legal_holds;
