-- What the platform hears of us: rewards whose open tickets are told, moves with their places among
-- the events, webhooks.

-- name: ask_to_tell!
-- A reward that a ticket granted is no news to any ticket, unless it is taken back.
insert into rewards_to_tell (account_id, reward_id, look_at)
select distinct r.account_id, r.reward_id, now() + :pause
from unnest(cast(:account_ids as text[]), cast(:reward_ids as text[])) as news (account_id, reward_id)
join rewards r on r.account_id = news.account_id and r.reward_id = news.reward_id
where r.state in ('rejected', 'invalid') or r.granted_by_ticket is null
on conflict (account_id, reward_id) do update set look_at = excluded.look_at;

-- name: open_tickets_of_rewards
-- Wider than the rule: `is_for_order` in the domain decides.
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

-- name: rewards_to_look_at
-- Taken by one process; should it die, another takes them when `lease` is over.
update rewards_to_tell set look_at = now() + :lease
where (account_id, reward_id) in (
    select account_id, reward_id from rewards_to_tell where look_at <= now()
    order by look_at limit :most for update skip locked
)
returning account_id, reward_id, look_at;

-- name: rewards_told!
-- But for one that came again meanwhile.
delete from rewards_to_tell w
using
    unnest(
        cast(:account_ids as text[]), cast(:reward_ids as text[]), cast(:looks as timestamptz[])
    ) as told (account_id, reward_id, look_at)
where
    w.account_id = told.account_id and w.reward_id = told.reward_id and w.look_at = told.look_at;

-- name: has_moves_without_place$
select exists (select from moves_without_place);

-- name: place_moves$
-- Under the lock `events`: places become visible in their order, so a cursor misses none.
with placed as (
    delete from moves_without_place
    where event_id in (select event_id from moves_without_place order by event_id limit :most)
    returning event_id
),
events_made as (
    insert into events (event_id) select event_id from placed order by event_id
    returning position
),
webhooks_made as (
    insert into webhooks (position, next_try_at, until)
    select position, now(), now() + :lasting from events_made where :with_webhooks
)
select count(*) from events_made;

-- name: last_place$
select coalesce(max(position), 0) from events;

-- name: events_after
-- Claims that were refused have no account in the books: only who speaks for all sees their moves.
select
    e.position, m.number, m.seq, m.event, m.from_state, m.to_state, m.at, m.reason_code, m.actor
from events e
join moves m on m.event_id = e.event_id
join tickets t on t.number = m.number
where
    e.position > :after and e.position <= :until
    and (cast(:accounts as text[]) is null or t.account_id = any(:accounts))
order by e.position limit :most;

-- name: webhooks_due
-- Taken by one process; should it die, another takes them when `lease` is over.
with due as (
    update webhooks set attempts = attempts + 1, next_try_at = now() + :lease
    where position in (
        select position from webhooks where next_try_at <= now()
        order by next_try_at limit :most for update skip locked
    )
    returning position, attempts
)
select
    d.attempts, d.position, m.number, m.seq, m.event, m.from_state, m.to_state, m.at,
    m.reason_code, m.actor
from due d
join events e on e.position = d.position
join moves m on m.event_id = e.event_id
order by d.position;

-- name: webhook_delivered!
update webhooks set delivered_at = now(), next_try_at = null, failure = null
where position = :position and attempts = :attempts;

-- name: webhook_failed!
update webhooks set
    failure = :failure, next_try_at = case when now() + :pause < until then now() + :pause end
where position = :position and attempts = :attempts;

-- name: redeliver$
insert into webhooks (position, next_try_at, until)
select e.position, now(), now() + :lasting
from events e
join moves m on m.event_id = e.event_id
join tickets t on t.number = m.number
where
    e.position = :position
    and (cast(:accounts as text[]) is null or t.account_id = any(:accounts))
on conflict (position) do update set
    attempts = 0, next_try_at = excluded.next_try_at, until = excluded.until, delivered_at = null,
    failure = null
returning position;

-- name: webhooks_waiting
select
    w.position, w.attempts, w.next_try_at, w.until, w.delivered_at, w.failure, m.number
from webhooks w
join events e on e.position = w.position
join moves m on m.event_id = e.event_id
where w.next_try_at is not null and w.position > :after
order by w.position limit :most;

-- name: webhooks_given_up
select
    w.position, w.attempts, w.next_try_at, w.until, w.delivered_at, w.failure, m.number
from webhooks w
join events e on e.position = w.position
join moves m on m.event_id = e.event_id
where w.next_try_at is null and w.delivered_at is null and w.position > :after
order by w.position limit :most;
