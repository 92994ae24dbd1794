-- Mailboxes whose owner had their data erased, so that an import or a restored backup
-- does not have them mailed again. Each is a blind index: nobody can be read from it.

-- +goose Up
CREATE TABLE erased_mailboxes (
    mailbox BLOB  NOT NULL PRIMARY KEY,
    since   DATETIME NOT NULL
);

-- +goose Down
DROP TABLE erased_mailboxes;
