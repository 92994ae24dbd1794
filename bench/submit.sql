-- The limit for submitting a request: the rows that the service writes for one
-- access request from Germany, into its own schema with its own indexes, as
-- hand-written SQL, statement by statement, in one transaction. Sealed values
-- are random bytes of the size that the service writes.
\set n random(1, 1000000000000)
SELECT to_hex((extract(epoch FROM clock_timestamp()) * 1000000)::bigint) || lpad(to_hex(:n::bigint), 10, '0') AS id, now() AS at \gset
BEGIN;
INSERT INTO requests (id, reference, version, type, state, outcome, level, assignee, country, governing, received_at, respond_by, closed_at, facts, content, email_index, shredded_at)
VALUES (:id, 'HB-' || :id, 1, 'access', 'unverified', '', 'none', '', 'DE', 'house', :at, now() + interval '30 days', NULL,
 '{"type":"access","data_class":"specific_pieces","channel":"web","country":"DE","locale":"en","capacity":"self","policy":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","received_at":"2026-11-23T12:00:00Z","received_on":"2026-11-23","entered_at":"2026-11-23T12:00:00Z","state":"unverified","level":"none","deadline":{"governing":"house","regimes":["eu-gdpr","house"],"respond_on":"2026-12-23","respond_by":"2026-12-23T23:59:59Z"}}',
 decode(repeat(md5(:id), 20), 'hex'), decode(md5(:id), 'hex'), NULL);
INSERT INTO request_keys (request_id, wrapped, destroyed_at) VALUES (:id, decode(repeat(md5(:id), 4), 'hex'), NULL);
INSERT INTO request_regimes (request_id, regime) VALUES (:id, 'eu-gdpr'), (:id, 'house');
INSERT INTO events (id, request_id, version, at, kind, actor, body)
VALUES (:id, :id, 1, :at, 'submitted', 'subject', convert_to(repeat('{"type":"access","state":"unverified"}', 24), 'UTF8'));
INSERT INTO messages (id, request_id, direction, audience, author_kind, author_id, author_role, staff, text, template, letter, created_at, unique_key, message_id, message_id_index, delivery, attempts, last_error, sent_at)
VALUES (:id, :id, 'outgoing', 'requester', 'subject', '', '', '', NULL, 'code', decode(repeat(md5(:id), 22), 'hex'), :at, NULL, decode(repeat(md5(:id), 5), 'hex'), decode(md5(:id), 'hex'), 'queued', 0, '', NULL);
INSERT INTO jobs (id, kind, request_id, subject, unique_key, run_at, state, attempts, last_error, created_at, done_at, taken_at, trace)
VALUES (:id || '1', 'send_mail', :id, :id, 'mail/' || :id, :at, 'pending', 0, '', :at, NULL, NULL, :id),
 (:id || '2', 'verify_reminder', :id, '', 'verify_reminder/' || :id, now() + interval '1 day', 'pending', 0, '', :at, NULL, NULL, :id),
 (:id || '3', 'expire', :id, '', 'expire/' || :id, now() + interval '14 days', 'pending', 0, '', :at, NULL, NULL, :id),
 (:id || '4', 'remind', :id, '2026-12-23/50%', 'remind/' || :id || '/2026-12-23/50%/1', now() + interval '15 days', 'pending', 0, '', :at, NULL, NULL, :id);
INSERT INTO codes (id, request_id, digest, created_at, expires_at, tries, used, live)
VALUES (:id, :id, decode(md5(:id) || md5(:id), 'hex'), :at, now() + interval '1 day', 0, false, true);
COMMIT;
