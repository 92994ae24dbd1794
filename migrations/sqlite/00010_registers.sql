-- What the figures and the lists of the console read.

-- +goose Up
CREATE INDEX requests_closed ON requests (closed_at, outcome, type, received_at, respond_by) WHERE closed_at IS NOT NULL;
CREATE INDEX messages_by_delivery ON messages (delivery, created_at, id);
DROP INDEX messages_delivery;

CREATE TABLE export_runs (
    id          TEXT NOT NULL PRIMARY KEY,
    by_staff    TEXT NOT NULL,
    what        TEXT NOT NULL,
    format      TEXT NOT NULL,
    type        TEXT NOT NULL,
    period_from DATETIME,
    period_to   DATETIME,
    created_at  DATETIME NOT NULL,
    total       INTEGER NOT NULL,
    written     INTEGER NOT NULL,
    state       TEXT NOT NULL,
    seen_at     DATETIME NOT NULL
);
CREATE INDEX export_runs_created ON export_runs (created_at, id);
CREATE INDEX events_signed_in ON events (actor, at) WHERE kind = 'signed_in';

-- +goose Down
DROP INDEX events_signed_in;
DROP TABLE export_runs;
CREATE INDEX messages_delivery ON messages (delivery);
DROP INDEX messages_by_delivery;
DROP INDEX requests_closed;
