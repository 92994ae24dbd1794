-- Who knows the Message-ID of a mail of ours can answer it, so it is sealed, and
-- found by a blind index. The binary seals those of before, which wait in
-- unsealed_message_ids, with the keys that SQL does not have.
-- +goose Up
CREATE TABLE unsealed_message_ids (
    id      TEXT NOT NULL PRIMARY KEY REFERENCES messages (id),
    mail_id TEXT NOT NULL
);
INSERT INTO unsealed_message_ids (id, mail_id) SELECT id, mail_id FROM messages WHERE mail_id <> '';
DROP INDEX messages_mail_id;
ALTER TABLE messages DROP COLUMN mail_id;
ALTER TABLE messages ADD COLUMN message_id BLOB;       -- sealed
ALTER TABLE messages ADD COLUMN message_id_index BLOB; -- its blind index
CREATE INDEX messages_message_id ON messages (message_id_index) WHERE message_id_index IS NOT NULL;
-- +goose Down
DROP INDEX messages_message_id;
ALTER TABLE messages DROP COLUMN message_id_index;
ALTER TABLE messages DROP COLUMN message_id;
ALTER TABLE messages ADD COLUMN mail_id TEXT NOT NULL DEFAULT '';
UPDATE messages SET mail_id = (SELECT mail_id FROM unsealed_message_ids u WHERE u.id = messages.id)
    WHERE id IN (SELECT id FROM unsealed_message_ids);
CREATE INDEX messages_mail_id ON messages (mail_id) WHERE mail_id <> '';
DROP TABLE unsealed_message_ids;
