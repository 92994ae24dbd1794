-- How staff sign in. Secrets that people choose or keep are hashed and, like
-- what is personal, sealed; secrets of 128 random bits and more are hashed.

-- +goose Up
CREATE TABLE staff_accounts (
    staff_id    TEXT     NOT NULL PRIMARY KEY REFERENCES staff (id),
    password    BLOB,       -- argon2id, sealed; NULL until one is chosen
    password_at DATETIME,
    factor      BLOB,       -- the secret of the second factor, sealed
    factor_at   DATETIME,
    last_step   INTEGER NOT NULL DEFAULT 0 -- the newest time step used: each opens once
);

CREATE TABLE recovery_codes (
    hash       BLOB     NOT NULL PRIMARY KEY,
    staff_id   TEXT     NOT NULL REFERENCES staff (id),
    created_at DATETIME NOT NULL,
    used_at    DATETIME
);
CREATE INDEX recovery_codes_staff ON recovery_codes (staff_id);

CREATE TABLE staff_sessions (
    id           TEXT     NOT NULL PRIMARY KEY,
    staff_id     TEXT     NOT NULL REFERENCES staff (id),
    hash         BLOB     NOT NULL UNIQUE,
    created_at   DATETIME NOT NULL,
    seen_at      DATETIME NOT NULL,
    signed_in_at DATETIME,     -- NULL until the second factor was given
    confirmed_at DATETIME,     -- both factors were given anew
    browser      BLOB,           -- sealed
    candidate    BLOB,           -- a second factor that is being set up, sealed
    draft        BLOB     -- a form that came after the session's end, sealed
);
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id, seen_at);
CREATE INDEX staff_sessions_seen ON staff_sessions (seen_at);

CREATE TABLE staff_devices (
    hash       BLOB     NOT NULL PRIMARY KEY,
    staff_id   TEXT     NOT NULL REFERENCES staff (id),
    created_at DATETIME NOT NULL,
    seen_at    DATETIME NOT NULL
);
CREATE INDEX staff_devices_staff ON staff_devices (staff_id, seen_at);

CREATE TABLE invitations (
    id         TEXT     NOT NULL PRIMARY KEY,
    staff_id   TEXT     NOT NULL REFERENCES staff (id),
    hash       BLOB     NOT NULL UNIQUE,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    ended_at   DATETIME -- used, revoked or replaced
);
CREATE INDEX invitations_staff ON invitations (staff_id);

CREATE TABLE sign_in_tries (
    key   BLOB    NOT NULL PRIMARY KEY, -- a keyed digest of whom or what is counted
    tries INTEGER NOT NULL,
    until INTEGER  NOT NULL -- seconds since 1970 before which no other try is looked at
);
CREATE INDEX sign_in_tries_until ON sign_in_tries (until);

-- +goose Down
DROP TABLE sign_in_tries;
DROP TABLE invitations;
DROP TABLE staff_devices;
DROP TABLE staff_sessions;
DROP TABLE recovery_codes;
DROP TABLE staff_accounts;
