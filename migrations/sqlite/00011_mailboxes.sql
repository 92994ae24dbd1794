-- The mailboxes that are read by IMAP: who reads one at the moment, and when it
-- last went well.

-- +goose Up
CREATE TABLE mailboxes (
    name         TEXT     NOT NULL PRIMARY KEY, -- user@host/folder
    holder       TEXT     NOT NULL,             -- the process that reads it, or ""
    held_until   DATETIME NOT NULL,
    since        DATETIME NOT NULL,             -- first looked at
    succeeded_at DATETIME,                      -- last read to its end
    fault        TEXT     NOT NULL              -- why it was not read; a code, or ""
);

-- +goose Down
DROP TABLE mailboxes;
