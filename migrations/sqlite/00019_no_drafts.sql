-- A form that comes after a session has ended waits in the browser, not here.

-- +goose Up
ALTER TABLE staff_sessions DROP COLUMN draft;

-- +goose Down
ALTER TABLE staff_sessions ADD COLUMN draft BLOB;
