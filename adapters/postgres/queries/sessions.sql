-- Sessions of the pages, and the login tokens that start them.

-- name: consume_login_token$
-- Succeeds once. Also deletes tokens that expired long ago.
with deleted as (delete from consumed_login_tokens where expires_at < now() - interval '1 day')
insert into consumed_login_tokens (token_id, expires_at) values (:token_id, :expires_at)
on conflict do nothing
returning true;

-- name: login_token_is_consumed$
select exists (select from consumed_login_tokens where token_id = :token_id);

-- name: insert_session!
-- Also deletes sessions that ended long ago.
with deleted as (delete from sessions where ends_at < now() - interval '1 day')
insert into sessions (session_id, kind, subject, contact, ends_at)
values (:session_id, :kind, :subject, :contact, now() + cast(:longest as interval));

-- name: renew_session$
update sessions set
    contact = :contact, last_seen_at = now(), ends_at = now() + cast(:longest as interval)
where session_id = :session_id and kind = :kind and subject = :subject and ended_at is null
returning true;

-- name: get_active_session^
select
    session_id, kind, subject, contact, least(now() + cast(:idle as interval), ends_at) as ends_at,
    last_seen_at < now() - cast(:unnoticed as interval) as is_stale
from sessions
where
    session_id = :session_id and kind = :kind and ended_at is null and ends_at > now()
    and last_seen_at > now() - cast(:idle as interval);

-- name: touch_session!
update sessions set last_seen_at = now() where session_id = :session_id and ended_at is null;

-- name: has_open_session$
-- Not ended explicitly; it may have been idle for too long.
select exists (
    select from sessions
    where
        session_id = :session_id and kind = :kind and subject = :subject and ended_at is null
);

-- name: end_session!
update sessions set ended_at = now(), ended_by = :ended_by, contact = null
where session_id = :session_id and ended_at is null;

-- name: end_sessions$
-- Includes expired sessions: their pages are no longer accepted either (`has_open_session`).
with deleted as (delete from session_revocations where revoked_at < now() - interval '1 day'),
revoked as (
    insert into session_revocations (kind, subject, revoked_at) values (:kind, :subject, now())
    on conflict (kind, subject) do update set revoked_at = excluded.revoked_at
),
ended as (
    update sessions set ended_at = now(), ended_by = :ended_by, contact = null
    where
        kind = :kind and subject = :subject and ended_at is null
    returning ends_at
)
select count(*) from ended where ends_at > now();

-- name: get_session_revocation$
select revoked_at from session_revocations where kind = :kind and subject = :subject;
