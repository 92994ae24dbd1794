-- What is done in which system for a request, by a person or a connector.

-- +goose Up
CREATE TABLE tasks (
    id           text COLLATE "C" NOT NULL PRIMARY KEY,
    request_id   text COLLATE "C" NOT NULL REFERENCES requests (id),
    version      integer NOT NULL,
    system       text COLLATE "C" NOT NULL,
    state        text COLLATE "C" NOT NULL,
    run          integer NOT NULL,
    due_by       timestamptz NOT NULL,
    owner_digest text COLLATE "C" NOT NULL, -- keyed; '' where staff do it
    owner        bytea,          -- a mail address, sealed
    facts        text COLLATE "C" NOT NULL, -- JSON, nothing personal
    content      bytea,          -- sealed under the request's key
    token        text COLLATE "C" NOT NULL, -- of the target's transaction, before its COMMIT
    token_of     text COLLATE "C" NOT NULL  -- the hash of the preview that it applies
);
CREATE INDEX tasks_request ON tasks (request_id, id);
CREATE INDEX tasks_due ON tasks (due_by, id);
CREATE INDEX tasks_undone ON tasks (due_by, id) WHERE state <> 'done' AND state <> 'cancelled';
CREATE INDEX tasks_owner ON tasks (owner_digest, due_by, id) WHERE owner_digest <> '';
CREATE INDEX tasks_system ON tasks (system, due_by, id);

CREATE TABLE task_results (
    task_id    text COLLATE "C" NOT NULL REFERENCES tasks (id),
    kind       text COLLATE "C" NOT NULL, -- findings, preview or receipt
    request_id text COLLATE "C" NOT NULL,
    run        integer NOT NULL,
    at         timestamptz NOT NULL,
    body       bytea,          -- sealed under the request's key
    PRIMARY KEY (task_id, kind)
);
CREATE INDEX task_results_request ON task_results (request_id);

-- +goose Down
DROP TABLE task_results;
DROP TABLE tasks;
