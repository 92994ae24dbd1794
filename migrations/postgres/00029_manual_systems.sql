-- Systems that staff described in the console or by the API. All others are files.

-- +goose Up
CREATE TABLE manual_systems (
    key      text COLLATE "C" NOT NULL PRIMARY KEY,
    revision integer NOT NULL,
    facts    text COLLATE "C" NOT NULL, -- JSON, without its owner
    owner    bytea -- a mail address, sealed
);

-- +goose Down
DROP TABLE manual_systems;
