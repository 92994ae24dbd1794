-- A request may be for several rights: also are those besides type, each with a
-- blank before and behind it.

-- +goose Up
ALTER TABLE requests ADD COLUMN also TEXT NOT NULL DEFAULT '';
CREATE INDEX requests_also_due ON requests (respond_by, id) WHERE also <> '';
CREATE INDEX requests_also_received ON requests (received_at, id) WHERE also <> '';

-- +goose Down
DROP INDEX requests_also_received;
DROP INDEX requests_also_due;
ALTER TABLE requests DROP COLUMN also;
