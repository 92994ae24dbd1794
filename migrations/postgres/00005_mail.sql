-- Mail that reached the privacy address. Its bytes lie in the blob store,
-- sealed under the mail's own key; wrapped, content and in_reply_to are sealed.

-- +goose Up
CREATE TABLE received_mail (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    state       text COLLATE "C" NOT NULL,
    reason      text COLLATE "C" NOT NULL,
    source      text COLLATE "C" NOT NULL,
    received_at timestamptz      NOT NULL,
    kept_at     timestamptz      NOT NULL,
    blob        text COLLATE "C" NOT NULL,
    size        bigint           NOT NULL,
    repeats     text COLLATE "C" REFERENCES received_mail (id),
    decided_by  text COLLATE "C" NOT NULL, -- kind and id of the actor, or ""
    wrapped     bytea,                     -- the mail's key; NULL once destroyed
    content     bytea,
    event_key   bytea UNIQUE,              -- blind index of the delivery's own name
    hash_key    bytea UNIQUE               -- blind index of the content; NULL once another may come
);
CREATE INDEX received_mail_state ON received_mail (state, received_at, id);
CREATE INDEX received_mail_received ON received_mail (received_at, id);

CREATE TABLE mail_requests (
    mail_id    text COLLATE "C" NOT NULL REFERENCES received_mail (id),
    request_id text COLLATE "C" NOT NULL REFERENCES requests (id),
    PRIMARY KEY (mail_id, request_id)
);
CREATE INDEX mail_requests_request ON mail_requests (request_id);

ALTER TABLE messages ADD COLUMN mail text COLLATE "C"; -- the received mail it came in
ALTER TABLE messages ADD COLUMN flags text COLLATE "C" NOT NULL DEFAULT ''; -- separated by blanks
ALTER TABLE messages ADD COLUMN in_reply_to bytea;
CREATE INDEX messages_mail_id ON messages (mail_id) WHERE mail_id <> '';

-- +goose Down
DROP INDEX messages_mail_id;
ALTER TABLE messages DROP COLUMN in_reply_to;
ALTER TABLE messages DROP COLUMN flags;
ALTER TABLE messages DROP COLUMN mail;
DROP TABLE mail_requests;
DROP TABLE received_mail;
