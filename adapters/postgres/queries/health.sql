-- The state of the database itself.

-- name: owns_tables$
-- A superuser counts as an owner.
select exists (
    select from pg_class
    where oid = to_regclass('grants') and pg_has_role(relowner, 'usage')
);

-- name: accepts_writes$
-- A standby answers too, and so does a database that is set to read-only.
select case
    when current_setting('transaction_read_only') = 'on' then false
    else pg_current_xact_id() is not null
end;

-- name: clock_time$
select clock_timestamp();
