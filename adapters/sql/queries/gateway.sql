-- What the HTTP door reads and keeps.

-- name: owns_tables$
-- A superuser may do what every owner may.
select exists (
    select from pg_class
    where oid = to_regclass('grants') and pg_has_role(relowner, 'usage')
);

-- name: answers_at_all$
select true;
