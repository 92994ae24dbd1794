-- Systems that staff described in the console or by the API. All others are files.

-- +goose Up
CREATE TABLE manual_systems (
    key      TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    facts    TEXT NOT NULL, -- JSON, without its owner
    owner    BLOB -- a mail address, sealed
);

-- +goose Down
DROP TABLE manual_systems;
