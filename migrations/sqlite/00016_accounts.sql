-- Signing in notices what ended meanwhile, and a browser may be known to
-- several people. Answers kept under idempotency keys are forgotten by age.

-- +goose Up
CREATE INDEX idempotency_created ON idempotency (created_at);

ALTER TABLE staff_accounts ADD COLUMN endings INTEGER NOT NULL DEFAULT 0; -- how often all that was open ended at once

CREATE TABLE staff_browsers (
    hash       BLOB     NOT NULL,
    staff_id   TEXT     NOT NULL REFERENCES staff (id),
    created_at DATETIME NOT NULL,
    seen_at    DATETIME NOT NULL,
    PRIMARY KEY (hash, staff_id)
);
INSERT INTO staff_browsers SELECT hash, staff_id, created_at, seen_at FROM staff_devices;
DROP TABLE staff_devices;
ALTER TABLE staff_browsers RENAME TO staff_devices;
CREATE INDEX staff_devices_staff ON staff_devices (staff_id, seen_at);

-- +goose Down
DROP INDEX idempotency_created;
CREATE TABLE staff_browsers (
    hash       BLOB     NOT NULL PRIMARY KEY,
    staff_id   TEXT     NOT NULL REFERENCES staff (id),
    created_at DATETIME NOT NULL,
    seen_at    DATETIME NOT NULL
);
INSERT OR IGNORE INTO staff_browsers SELECT hash, staff_id, created_at, seen_at FROM staff_devices ORDER BY seen_at DESC;
DROP TABLE staff_devices;
ALTER TABLE staff_browsers RENAME TO staff_devices;
CREATE INDEX staff_devices_staff ON staff_devices (staff_id, seen_at);
ALTER TABLE staff_accounts DROP COLUMN endings;
