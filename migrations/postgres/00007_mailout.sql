-- The brakes on mail to mailboxes that nobody proved. A mailbox is the blind
-- index of its canonical address: nobody can be read from it.

-- +goose Up
CREATE TABLE unproven_mail (
    mailbox   bytea NOT NULL PRIMARY KEY,
    first_at  timestamptz, -- of the last three mails, the newest first
    second_at timestamptz,
    third_at  timestamptz
);
CREATE INDEX unproven_mail_first ON unproven_mail (first_at);

CREATE TABLE unproven_hours (
    scope bytea       NOT NULL, -- blind index of a domain, or of all of them
    hour  timestamptz NOT NULL,
    mails integer     NOT NULL,
    PRIMARY KEY (scope, hour)
);
CREATE INDEX unproven_hours_hour ON unproven_hours (hour);

CREATE TABLE never_mail (
    mailbox bytea       NOT NULL PRIMARY KEY,
    since   timestamptz NOT NULL
);

-- +goose Down
DROP TABLE never_mail;
DROP TABLE unproven_hours;
DROP TABLE unproven_mail;
