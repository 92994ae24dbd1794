-- Signing in notices what ended meanwhile, and a browser may be known to
-- several people. Answers kept under idempotency keys are forgotten by age.

-- +goose Up
CREATE INDEX idempotency_created ON idempotency (created_at);

ALTER TABLE staff_accounts ADD COLUMN endings bigint NOT NULL DEFAULT 0; -- how often all that was open ended at once

ALTER TABLE staff_devices DROP CONSTRAINT staff_devices_pkey, ADD PRIMARY KEY (hash, staff_id);

-- +goose Down
DROP INDEX idempotency_created;
DELETE FROM staff_devices d USING staff_devices o WHERE o.hash = d.hash AND (o.seen_at, o.staff_id) > (d.seen_at, d.staff_id);
ALTER TABLE staff_devices DROP CONSTRAINT staff_devices_pkey, ADD PRIMARY KEY (hash);
ALTER TABLE staff_accounts DROP COLUMN endings;
