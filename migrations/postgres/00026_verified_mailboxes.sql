-- Whether a mailbox was verified before is known at once, however many requests
-- name it.

-- +goose Up
CREATE INDEX requests_verified_mailbox ON requests (email_index) WHERE level <> 'none';

-- +goose Down
DROP INDEX requests_verified_mailbox;
