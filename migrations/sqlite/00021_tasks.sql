-- What is done in which system for a request, by a person or a connector.

-- +goose Up
CREATE TABLE tasks (
    id           TEXT NOT NULL PRIMARY KEY,
    request_id   TEXT NOT NULL REFERENCES requests (id),
    version      INTEGER NOT NULL,
    system       TEXT NOT NULL,
    state        TEXT NOT NULL,
    run          INTEGER NOT NULL,
    due_by       DATETIME NOT NULL,
    owner_digest TEXT NOT NULL, -- keyed; '' where staff do it
    owner        BLOB,          -- a mail address, sealed
    facts        TEXT NOT NULL, -- JSON, nothing personal
    content      BLOB,          -- sealed under the request's key
    token        TEXT NOT NULL, -- of the target's transaction, before its COMMIT
    token_of     TEXT NOT NULL  -- the hash of the preview that it applies
);
CREATE INDEX tasks_request ON tasks (request_id, id);
CREATE INDEX tasks_due ON tasks (due_by, id);
CREATE INDEX tasks_undone ON tasks (due_by, id) WHERE state <> 'done' AND state <> 'cancelled';
CREATE INDEX tasks_owner ON tasks (owner_digest, due_by, id) WHERE owner_digest <> '';
CREATE INDEX tasks_system ON tasks (system, due_by, id);

CREATE TABLE task_results (
    task_id    TEXT NOT NULL REFERENCES tasks (id),
    kind       TEXT NOT NULL, -- findings, preview or receipt
    request_id TEXT NOT NULL,
    run        INTEGER NOT NULL,
    at         DATETIME NOT NULL,
    body       BLOB,          -- sealed under the request's key
    PRIMARY KEY (task_id, kind)
);
CREATE INDEX task_results_request ON task_results (request_id);

-- +goose Down
DROP TABLE task_results;
DROP TABLE tasks;
