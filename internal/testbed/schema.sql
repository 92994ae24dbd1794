-- A digest of everything in a database but its rows: which transaction wrote
-- each line of the catalogue about what is not PostgreSQL's own. A copy has the
-- same ones as its template until somebody changes its schema.
SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
  SELECT concat_ws(' ', 'relation', oid, xmin) AS line FROM pg_class WHERE oid >= 16384
  UNION ALL SELECT concat_ws(' ', 'column', attrelid, attnum, xmin) FROM pg_attribute WHERE attrelid >= 16384
  UNION ALL SELECT concat_ws(' ', 'default', oid, xmin) FROM pg_attrdef
  UNION ALL SELECT concat_ws(' ', 'constraint', oid, xmin) FROM pg_constraint WHERE oid >= 16384
  UNION ALL SELECT concat_ws(' ', 'index', indexrelid, xmin) FROM pg_index WHERE indexrelid >= 16384
  UNION ALL SELECT concat_ws(' ', 'trigger', oid, xmin) FROM pg_trigger
  UNION ALL SELECT concat_ws(' ', 'rule', oid, xmin) FROM pg_rewrite WHERE oid >= 16384
  UNION ALL SELECT concat_ws(' ', 'policy', oid, xmin) FROM pg_policy
  UNION ALL SELECT concat_ws(' ', 'function', oid, xmin) FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT concat_ws(' ', 'type', oid, xmin) FROM pg_type WHERE oid >= 16384
  UNION ALL SELECT concat_ws(' ', 'schema', oid, xmin) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
  UNION ALL SELECT concat_ws(' ', 'extension', oid, xmin) FROM pg_extension
  UNION ALL SELECT concat_ws(' ', 'event trigger', oid, xmin) FROM pg_event_trigger
  UNION ALL SELECT concat_ws(' ', 'publication', oid, xmin) FROM pg_publication
  UNION ALL SELECT concat_ws(' ', 'setting', setconfig) FROM pg_db_role_setting
    JOIN pg_database ON setdatabase = pg_database.oid WHERE datname = current_database()
  UNION ALL SELECT concat_ws(' ', 'database', datdba, datconnlimit) FROM pg_database WHERE datname = current_database()
  UNION ALL SELECT concat_ws(' ', 'migration', version_id, is_applied) FROM goose_db_version
  -- What is big is sooner copied than emptied.
  UNION ALL SELECT 'big' WHERE pg_database_size(current_database()) > 40 * 1024 * 1024
) AS lines
