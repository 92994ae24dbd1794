-- When it was decided what becomes of a received mail: from then on it is kept
-- for its time. What belongs to no request is erased in slices, by these indexes.
-- Files that could not be deleted come after those that nobody tried.

-- +goose Up
ALTER TABLE received_mail ADD COLUMN decided_at timestamptz;
UPDATE received_mail SET decided_at = kept_at WHERE state IN ('placed', 'noticed', 'dismissed', 'repeated');
DROP INDEX received_mail_kept;
CREATE INDEX received_mail_decided ON received_mail (decided_at, id) WHERE wrapped IS NOT NULL;
CREATE INDEX codes_expired ON codes (expires_at, id);
CREATE INDEX sessions_expired ON sessions (expires_at, id);
CREATE INDEX owner_codes_expired ON owner_codes (expires_at, id);
CREATE INDEX owner_sessions_expired ON owner_sessions (expires_at, id);
ALTER TABLE leftovers ADD COLUMN tries integer NOT NULL DEFAULT 0;
CREATE INDEX leftovers_tries ON leftovers (tries, id);

-- +goose Down
DROP INDEX leftovers_tries;
ALTER TABLE leftovers DROP COLUMN tries;
DROP INDEX owner_sessions_expired;
DROP INDEX owner_codes_expired;
DROP INDEX sessions_expired;
DROP INDEX codes_expired;
DROP INDEX received_mail_decided;
CREATE INDEX received_mail_kept ON received_mail (kept_at, id) WHERE wrapped IS NOT NULL;
ALTER TABLE received_mail DROP COLUMN decided_at;
