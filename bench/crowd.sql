-- $1 requests under the policy $2 as of $3: 15 in 100 are open and young, most of
-- those unverified or waiting; 200 people of the staff share the rest.
INSERT INTO requests (id, reference, version, type, state, outcome, level, assignee, country, governing, received_at, respond_by, closed_at, facts, email_index)
SELECT id, reference, 3, type, state, outcome, 'mailbox', assignee, '', 'house', received, due, CASE WHEN state = 'closed' THEN due END,
	json_build_object('type', type, 'channel', 'web', 'locale', 'en', 'capacity', 'self', 'policy', $2::text, 'received_at', to_char(received, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'received_on', to_char(received, 'YYYY-MM-DD'), 'entered_at', to_char(received, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'state', state, 'outcome', outcome, 'level', 'mailbox', 'assignee', assignee,
		'closed_at', to_char(due, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'deadline', json_build_object('governing', 'house', 'regimes', json_build_array('house'), 'respond_on', to_char(due, 'YYYY-MM-DD'), 'respond_by', to_char(due, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))::text,
	decode(md5('m' || i % 700000), 'hex')
FROM (SELECT i, lpad(i::text, 12, '0') AS id, 'HB-' || lpad(i::text, 10, '0') AS reference, received, received + interval '30 days' AS due, state,
		(ARRAY['access','deletion','correction','marketing_opt_out','testimonial_removal'])[1 + i % 5] AS type,
		CASE WHEN state = 'closed' THEN 'fulfilled' ELSE '' END AS outcome,
		CASE WHEN state IN ('unverified', 'open') THEN '' ELSE 'staff-' || i % 200 END AS assignee
	FROM (SELECT i, CASE WHEN i % 100 < 15 THEN (ARRAY['unverified','unverified','open','in_progress','on_hold','in_review'])[1 + i / 100 % 6] ELSE 'closed' END AS state,
			$3::timestamptz - (CASE WHEN i % 100 < 15 THEN i % 40 ELSE 40 + i % 1000 END) * interval '1 day' AS received
		FROM generate_series(1, $1) i) a) b
