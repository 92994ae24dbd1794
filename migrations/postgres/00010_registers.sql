-- What the figures and the lists of the console read.

-- +goose Up
CREATE INDEX requests_closed ON requests (closed_at, outcome, type, received_at, respond_by) WHERE closed_at IS NOT NULL;
CREATE INDEX messages_by_delivery ON messages (delivery, created_at, id);
DROP INDEX messages_delivery;

-- +goose Down
CREATE INDEX messages_delivery ON messages (delivery);
DROP INDEX messages_by_delivery;
DROP INDEX requests_closed;
