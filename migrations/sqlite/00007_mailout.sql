-- The brakes on mail to mailboxes that nobody proved. A mailbox is the blind
-- index of its canonical address: nobody can be read from it.

-- +goose Up
CREATE TABLE unproven_mail (
    mailbox   BLOB NOT NULL PRIMARY KEY,
    first_at  DATETIME, -- of the last three mails, the newest first
    second_at DATETIME,
    third_at  DATETIME
);
CREATE INDEX unproven_mail_first ON unproven_mail (first_at);

CREATE TABLE unproven_hours (
    scope BLOB     NOT NULL, -- blind index of a domain, or of all of them
    hour  DATETIME NOT NULL,
    mails INTEGER  NOT NULL,
    PRIMARY KEY (scope, hour)
);
CREATE INDEX unproven_hours_hour ON unproven_hours (hour);

CREATE TABLE never_mail (
    mailbox BLOB     NOT NULL PRIMARY KEY,
    since   DATETIME NOT NULL
);

-- +goose Down
DROP TABLE never_mail;
DROP TABLE unproven_hours;
DROP TABLE unproven_mail;
