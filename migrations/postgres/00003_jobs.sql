-- Jobs. A job is a row first; the queue only carries ids.

-- +goose Up
CREATE TABLE jobs (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    kind       text COLLATE "C" NOT NULL,
    request_id text COLLATE "C",
    subject    text COLLATE "C" NOT NULL,
    unique_key text COLLATE "C" UNIQUE, -- one job per effect, ever
    run_at     timestamptz      NOT NULL,
    state      text COLLATE "C" NOT NULL,
    attempts   integer          NOT NULL,
    last_error text COLLATE "C" NOT NULL,
    created_at timestamptz      NOT NULL,
    done_at    timestamptz,
    taken_at   timestamptz,     -- when a relay took it last
    trace      text COLLATE "C" NOT NULL -- the HTTP request it follows from, for the log
);
CREATE INDEX jobs_due ON jobs (state, run_at, id);

-- +goose Down
DROP TABLE jobs;
