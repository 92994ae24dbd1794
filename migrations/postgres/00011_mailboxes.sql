-- The mailboxes that are read by IMAP: who reads one at the moment, and when it
-- last went well.

-- +goose Up
CREATE TABLE mailboxes (
    name         text COLLATE "C" NOT NULL PRIMARY KEY, -- user@host/folder
    holder       text COLLATE "C" NOT NULL,             -- the process that reads it, or ""
    held_until   timestamptz      NOT NULL,
    since        timestamptz      NOT NULL,             -- first looked at
    succeeded_at timestamptz,                           -- last read to its end
    fault        text COLLATE "C" NOT NULL              -- why it was not read; a code, or ""
);

-- +goose Down
DROP TABLE mailboxes;
