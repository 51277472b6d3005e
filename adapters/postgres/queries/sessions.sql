-- Sessions of the pages, and the hand-overs that begin them.

-- name: use_handover$
-- Once; those that are long over are swept out on the way.
with swept as (delete from used_handovers where expires_at < now() - interval '1 day')
insert into used_handovers (token_id, expires_at) values (:token_id, :expires_at)
on conflict do nothing
returning true;

-- name: is_used_handover$
select exists (select from used_handovers where token_id = :token_id);

-- name: begin_session!
-- Those that are long over are swept out on the way.
with swept as (delete from sessions where ends_at < now() - interval '1 day')
insert into sessions (session_id, kind, subject, contact, ends_at)
values (:session_id, :kind, :subject, :contact, now() + cast(:longest as interval));

-- name: renew_session$
update sessions set contact = :contact, seen_at = now(), ends_at = now() + cast(:longest as interval)
where session_id = :session_id and kind = :kind and subject = :subject and ended_at is null
returning true;

-- name: live_session^
select
    session_id, kind, subject, contact, least(now() + cast(:idle as interval), ends_at) as ends_at,
    seen_at < now() - cast(:unnoticed as interval) as is_stale
from sessions
where
    session_id = :session_id and kind = :kind and ended_at is null and ends_at > now()
    and seen_at > now() - cast(:idle as interval);

-- name: session_seen!
update sessions set seen_at = now() where session_id = :session_id and ended_at is null;

-- name: is_idle_session_of$
-- Nobody ended it: it may only have been left alone for too long.
select exists (
    select from sessions
    where
        session_id = :session_id and kind = :kind and subject = :subject and ended_at is null
);

-- name: end_session!
update sessions set ended_at = now(), ended_by = :ended_by, contact = null
where session_id = :session_id and ended_at is null;

-- name: end_sessions$
-- Also those that are over by themselves: no page of theirs counts any more (`is_idle_session_of`).
with swept as (delete from subjects_ended where ended_at < now() - interval '1 day'),
noted as (
    insert into subjects_ended (kind, subject, ended_at) values (:kind, :subject, now())
    on conflict (kind, subject) do update set ended_at = excluded.ended_at
),
ended as (
    update sessions set ended_at = now(), ended_by = :ended_by, contact = null
    where
        kind = :kind and subject = :subject and ended_at is null
    returning ends_at
)
select count(*) from ended where ends_at > now();

-- name: subject_ended$
select ended_at from subjects_ended where kind = :kind and subject = :subject;
