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

-- name: connection_limit$
-- How many connections our role may have: as many as the server has for anyone, or its own limit, or
-- that of the database.
select least(
    cast(current_setting('max_connections') as integer)
    - cast(current_setting('superuser_reserved_connections') as integer)
    - coalesce(cast(current_setting('reserved_connections', true) as integer), 0),
    nullif(r.rolconnlimit, -1),
    nullif(d.datconnlimit, -1)
)
from pg_roles r cross join pg_database d
where r.rolname = current_user and d.datname = current_database();
