-- Jobs. A job is a row first; the queue only carries ids.

-- +goose Up
CREATE TABLE jobs (
    id         TEXT     NOT NULL PRIMARY KEY,
    kind       TEXT     NOT NULL,
    request_id TEXT,
    subject    TEXT     NOT NULL,
    unique_key TEXT     UNIQUE, -- one job per effect, ever
    run_at     DATETIME NOT NULL,
    state      TEXT     NOT NULL,
    attempts   INTEGER  NOT NULL,
    last_error TEXT     NOT NULL,
    created_at DATETIME NOT NULL,
    done_at    DATETIME,
    taken_at   DATETIME, -- when a relay took it last
    trace      TEXT     NOT NULL -- the HTTP request it follows from, for the log
);
CREATE INDEX jobs_due ON jobs (state, run_at, id);

-- +goose Down
DROP TABLE jobs;
