-- The audit log. It is append-only: whoever wants to change a line has to
-- drop the triggers, and the checkpoints kept elsewhere show it.

-- +goose Up
CREATE TABLE events (
    id         TEXT     NOT NULL PRIMARY KEY,
    request_id TEXT,
    version    INTEGER  NOT NULL,
    at         DATETIME NOT NULL,
    kind       TEXT     NOT NULL,
    actor      TEXT     NOT NULL,
    body       BLOB     NOT NULL -- the event; the columns above are taken from it
);
CREATE INDEX events_request ON events (request_id, at, id);
CREATE INDEX events_at ON events (at, id);

-- Events that are not in the Merkle log yet. A position in the log cannot be
-- an id taken before the commit: a slow transaction commits behind a fast one.
CREATE TABLE event_pending (
    event_id TEXT NOT NULL PRIMARY KEY
);

-- +goose StatementBegin
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
-- +goose StatementEnd
-- INSERT OR REPLACE deletes without asking the trigger above.
-- +goose StatementBegin
CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE event_pending;
DROP TABLE events;
