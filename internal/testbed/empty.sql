-- Deletes every row but those that say which migrations ran, whatever keys and
-- triggers would not have it.
DO $$
DECLARE t text;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'goose_db_version'
  LOOP
    EXECUTE format('DELETE FROM public.%I', t);
  END LOOP;
END $$
