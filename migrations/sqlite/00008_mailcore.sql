-- Who writes, to notice a flood: a blind index of the mailbox that limits count
-- for.

-- +goose Up
ALTER TABLE received_mail ADD COLUMN sender_key BLOB;
CREATE INDEX received_mail_sender ON received_mail (sender_key, received_at) WHERE sender_key IS NOT NULL;

-- +goose Down
DROP INDEX received_mail_sender;
ALTER TABLE received_mail DROP COLUMN sender_key;
