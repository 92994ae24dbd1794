-- The audit log. It is append-only: whoever wants to change a line has to be
-- the owner of the table, and the checkpoints kept elsewhere show it.

-- +goose Up
CREATE TABLE events (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    request_id text COLLATE "C",
    version    integer          NOT NULL,
    at         timestamptz      NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    actor      text COLLATE "C" NOT NULL,
    body       bytea            NOT NULL -- the event; the columns above are taken from it
);
CREATE INDEX events_request ON events (request_id, at, id);
CREATE INDEX events_at ON events (at, id);

-- Events that are not in the Merkle log yet. A position in the log cannot be
-- an id taken before the commit: a slow transaction commits behind a fast one.
CREATE TABLE event_pending (
    event_id text COLLATE "C" NOT NULL PRIMARY KEY
);

-- +goose StatementBegin
CREATE FUNCTION events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_are_append_only();

-- +goose Down
DROP TABLE event_pending;
DROP TABLE events;
DROP FUNCTION events_are_append_only();
