-- A request that is open in a browser closes itself when nobody looks at it.

-- +goose Up
ALTER TABLE sessions ADD COLUMN seen_at DATETIME; -- null: a program's, which is told when it ends

-- +goose Down
ALTER TABLE sessions DROP COLUMN seen_at;
