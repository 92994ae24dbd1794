-- What the worklist asks for most: the unanswered requests of one person, those
-- of nobody, and the closed ones, which all lie behind the open ones otherwise.

-- +goose Up
CREATE INDEX requests_owned ON requests (assignee, respond_by, id) WHERE state <> 'closed';
CREATE INDEX requests_finished ON requests (received_at, id) WHERE state = 'closed';

-- +goose Down
DROP INDEX requests_finished;
DROP INDEX requests_owned;
