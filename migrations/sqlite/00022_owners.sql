-- What opens one task to the owner of its system, who has no account.

-- +goose Up
CREATE TABLE owner_codes (
    id           TEXT NOT NULL PRIMARY KEY,
    task_id      TEXT NOT NULL REFERENCES tasks (id),
    owner_digest TEXT NOT NULL, -- keyed, of the mailbox that it went to
    digest       BLOB NOT NULL,
    created_at   DATETIME NOT NULL,
    expires_at   DATETIME NOT NULL,
    tries        INTEGER NOT NULL,
    live         BOOLEAN NOT NULL
);
CREATE INDEX owner_codes_task ON owner_codes (task_id);
CREATE INDEX owner_codes_owner ON owner_codes (owner_digest, created_at);

CREATE TABLE owner_sessions (
    id           TEXT NOT NULL PRIMARY KEY,
    task_id      TEXT NOT NULL REFERENCES tasks (id),
    owner_digest TEXT NOT NULL,
    hash         BLOB NOT NULL UNIQUE,
    expires_at   DATETIME NOT NULL
);
CREATE INDEX owner_sessions_task ON owner_sessions (task_id);

-- +goose Down
DROP TABLE owner_sessions;
DROP TABLE owner_codes;
