-- What the worklist asks for most: the unanswered requests of one person, and
-- those of nobody.

-- +goose Up
CREATE INDEX requests_owned ON requests (assignee, respond_by, id) WHERE state <> 'closed';

-- +goose Down
DROP INDEX requests_owned;
