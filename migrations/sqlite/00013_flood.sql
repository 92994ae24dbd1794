-- What a flood of requests is known by: which of them nobody was written to,
-- and which are alike.

-- +goose Up
ALTER TABLE requests ADD COLUMN unsent TEXT NOT NULL DEFAULT ''; -- why nobody was written to
ALTER TABLE requests ADD COLUMN alike BLOB; -- blind index of the mailbox in its canonical form: a hint, no identity
CREATE INDEX requests_unsent ON requests (respond_by, id) WHERE unsent <> '' AND state <> 'closed';
CREATE INDEX requests_alike ON requests (alike, type, respond_by, id) WHERE alike IS NOT NULL AND state <> 'closed';

-- +goose Down
DROP INDEX requests_alike;
DROP INDEX requests_unsent;
ALTER TABLE requests DROP COLUMN alike;
ALTER TABLE requests DROP COLUMN unsent;
