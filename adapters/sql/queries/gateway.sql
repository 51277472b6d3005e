-- What the HTTP door reads and keeps.

-- name: answers_at_all$
select true;

-- name: use_handover$
-- Once; those that are long over are swept out on the way.
with swept as (delete from used_handovers where expires_at < now() - interval '1 day')
insert into used_handovers (token_id, expires_at) values (:token_id, :expires_at)
on conflict do nothing
returning true;
