-- Signing in notices what ended meanwhile, and a browser may be known to
-- several people.

-- +goose Up
ALTER TABLE staff_accounts ADD COLUMN endings bigint NOT NULL DEFAULT 0; -- how often all that was open ended at once

ALTER TABLE staff_devices DROP CONSTRAINT staff_devices_pkey, ADD PRIMARY KEY (hash, staff_id);

-- +goose Down
DELETE FROM staff_devices d USING staff_devices o WHERE o.hash = d.hash AND (o.seen_at, o.staff_id) > (d.seen_at, d.staff_id);
ALTER TABLE staff_devices DROP CONSTRAINT staff_devices_pkey, ADD PRIMARY KEY (hash);
ALTER TABLE staff_accounts DROP COLUMN endings;
