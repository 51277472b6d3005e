-- Rewards whose open tickets are checked, the sequence of all transitions, and webhooks.

-- name: schedule_reward_checks!
-- A reward that a ticket granted matters to other tickets only when it is taken back.
insert into reward_checks (account_id, reward_id, due_at)
select distinct r.account_id, r.reward_id, now() + :pause
from unnest(cast(:account_ids as text[]), cast(:reward_ids as text[])) as news (account_id, reward_id)
join rewards r on r.account_id = news.account_id and r.reward_id = news.reward_id
where r.state in ('rejected', 'invalid') or r.granted_by_ticket is null
on conflict (account_id, reward_id) do update set due_at = excluded.due_at;

-- name: list_open_tickets_for_rewards
-- Selects candidates: `matches_order` in the domain decides.
select
    r.reward_id, r.version, r.account_id, r.partner_id, r.link_id, r.kind, r.order_number, r.state,
    r.amount, r.currency, r.changed_at, r.granted_by_ticket, t.number,
    t.order_key as ticket_order, t.link_id as ticket_link, t.reward_id as ticket_reward
from unnest(cast(:account_ids as text[]), cast(:reward_ids as text[])) as news (account_id, reward_id)
join rewards r on r.account_id = news.account_id and r.reward_id = news.reward_id
join tickets t
    on t.account_id = r.account_id and t.partner_id = r.partner_id and t.reward_kind = r.kind
where
    r.state in ('registered', 'granted') and r.granted_by_ticket is null
    and t.state not in ('resolved', 'rejected', 'discarded', 'withdrawn');

-- name: claim_due_reward_checks
-- Leased to one process; if it dies, another takes over after `lease`.
update reward_checks set due_at = now() + :lease
where (account_id, reward_id) in (
    select account_id, reward_id from reward_checks where due_at <= now()
    order by due_at limit :max_rows for update skip locked
)
returning account_id, reward_id, due_at;

-- name: delete_reward_checks!
-- Except those that were scheduled again in the meantime.
delete from reward_checks w
using
    unnest(
        cast(:account_ids as text[]), cast(:reward_ids as text[]), cast(:looks as timestamptz[])
    ) as checked (account_id, reward_id, due_at)
where
    w.account_id = checked.account_id and w.reward_id = checked.reward_id
    and w.due_at = checked.due_at;

-- name: has_unsequenced_transitions$
select exists (select from unsequenced_transitions);

-- name: sequence_transitions$
-- Under the lock `events`: sequence numbers become visible in order, so a cursor skips none.
with taken as (
    delete from unsequenced_transitions
    where transition_id in (
        select transition_id from unsequenced_transitions order by transition_id limit :max_rows
    )
    returning transition_id
),
new_events as (
    insert into events (transition_id) select transition_id from taken order by transition_id
    returning sequence
),
new_webhooks as (
    insert into webhooks (sequence, next_attempt_at, expires_at)
    select sequence, now(), now() + :lasting from new_events where :with_webhooks
)
select count(*) from new_events;

-- name: last_sequence$
select coalesce(max(sequence), 0) from events;

-- name: list_events_after
-- A refused claim has no stored account: only a caller for all accounts sees its transitions.
select
    e.sequence, m.number, m.seq, m.event, m.from_state, m.to_state, m.at, m.reason_code, m.actor
from events e
join ticket_transitions m on m.transition_id = e.transition_id
join tickets t on t.number = m.number
where
    e.sequence > :after and e.sequence <= :until
    and (cast(:accounts as text[]) is null or t.account_id = any(:accounts))
order by e.sequence limit :max_rows;

-- name: claim_due_webhooks
-- Leased to one process; if it dies, another takes over after `lease`.
with due as (
    update webhooks set attempts = attempts + 1, next_attempt_at = now() + :lease
    where sequence in (
        select sequence from webhooks
        where
            next_attempt_at <= now()
            and not exists (select from webhooks where stopped_at is not null)
        order by next_attempt_at limit :max_rows for update skip locked
    )
    returning sequence, attempts
)
select
    d.attempts, d.sequence, m.number, m.seq, m.event, m.from_state, m.to_state, m.at,
    m.reason_code, m.actor
from due d
join events e on e.sequence = d.sequence
join ticket_transitions m on m.transition_id = e.transition_id
order by d.sequence;

-- name: mark_webhook_delivered!
update webhooks set delivered_at = now(), next_attempt_at = null, last_error = null
where sequence = :sequence and attempts = :attempts;

-- name: mark_webhook_failed!
update webhooks set
    last_error = :last_error,
    next_attempt_at = case when now() + :pause < expires_at then now() + :pause end
where sequence = :sequence and attempts = :attempts;

-- name: mark_webhook_stopped!
update webhooks set last_error = :last_error, next_attempt_at = null, stopped_at = now()
where sequence = :sequence and attempts = :attempts;

-- name: webhooks_are_stopped$
select exists (select from webhooks where stopped_at is not null);

-- name: reset_webhook$
-- Those that the platform answered with 410 are sent again, too: it takes webhooks now.
with found as (
    select e.sequence
    from events e
    join ticket_transitions m on m.transition_id = e.transition_id
    join tickets t on t.number = m.number
    where
        e.sequence = :sequence
        and (cast(:accounts as text[]) is null or t.account_id = any(:accounts))
),
resumed as (
    update webhooks set
        attempts = 0, next_attempt_at = now(), expires_at = now() + :lasting, last_error = null,
        stopped_at = null
    where stopped_at is not null and sequence <> :sequence and exists (select from found)
)
insert into webhooks (sequence, next_attempt_at, expires_at)
select sequence, now(), now() + :lasting from found
on conflict (sequence) do update set
    attempts = 0, next_attempt_at = excluded.next_attempt_at, expires_at = excluded.expires_at,
    delivered_at = null, last_error = null, stopped_at = null
returning sequence;

-- name: list_pending_webhooks
select
    w.sequence, w.attempts, w.next_attempt_at, w.expires_at, w.delivered_at, w.last_error, m.number
from webhooks w
join events e on e.sequence = w.sequence
join ticket_transitions m on m.transition_id = e.transition_id
where w.next_attempt_at is not null and w.sequence > :after
order by w.sequence limit :max_rows;

-- name: list_failed_webhooks
select
    w.sequence, w.attempts, w.next_attempt_at, w.expires_at, w.delivered_at, w.last_error, m.number
from webhooks w
join events e on e.sequence = w.sequence
join ticket_transitions m on m.transition_id = e.transition_id
where w.next_attempt_at is null and w.delivered_at is null and w.sequence > :after
order by w.sequence limit :max_rows;
