-- +goose Up
-- Nothing reads which events are not in the Merkle log yet.
DROP TABLE event_pending;

-- +goose Down
CREATE TABLE event_pending (
    event_id text COLLATE "C" NOT NULL PRIMARY KEY
);
