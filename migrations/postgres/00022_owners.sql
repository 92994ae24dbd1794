-- What opens one task to the owner of its system, who has no account.

-- +goose Up
CREATE TABLE owner_codes (
    id           text COLLATE "C" NOT NULL PRIMARY KEY,
    task_id      text COLLATE "C" NOT NULL REFERENCES tasks (id),
    owner_digest text COLLATE "C" NOT NULL, -- keyed, of the mailbox that it went to
    digest       bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    tries        integer NOT NULL,
    live         boolean NOT NULL
);
CREATE INDEX owner_codes_task ON owner_codes (task_id);
CREATE INDEX owner_codes_owner ON owner_codes (owner_digest, created_at);

CREATE TABLE owner_sessions (
    id           text COLLATE "C" NOT NULL PRIMARY KEY,
    task_id      text COLLATE "C" NOT NULL REFERENCES tasks (id),
    owner_digest text COLLATE "C" NOT NULL,
    hash         bytea NOT NULL UNIQUE,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX owner_sessions_task ON owner_sessions (task_id);

-- +goose Down
DROP TABLE owner_sessions;
DROP TABLE owner_codes;
