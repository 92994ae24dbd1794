-- What Habeas erases of its own data: files that are to be deleted, and which
-- closed requests are due.

-- +goose Up
CREATE TABLE leftovers (
    id   text COLLATE "C" NOT NULL PRIMARY KEY, -- of the row that the file belonged to
    kind text COLLATE "C" NOT NULL,             -- blob, or mail in the mail folder
    name text COLLATE "C" NOT NULL,             -- of a blob: its key, which says nothing
    sealed bytea                                -- of a mail: its Message-ID
);
CREATE INDEX requests_erasable ON requests (closed_at, id) WHERE state = 'closed' AND shredded_at IS NULL;
CREATE INDEX received_mail_kept ON received_mail (kept_at, id) WHERE wrapped IS NOT NULL;
CREATE INDEX messages_of_none ON messages (created_at, id) WHERE request_id IS NULL AND letter IS NOT NULL;
CREATE INDEX jobs_done ON jobs (done_at) WHERE state = 'done';

-- +goose Down
DROP INDEX jobs_done;
DROP INDEX messages_of_none;
DROP INDEX received_mail_kept;
DROP INDEX requests_erasable;
DROP TABLE leftovers;
