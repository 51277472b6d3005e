-- Outcomes of partners from all channels: stored, dispatched, marked, acknowledged.

-- name: list_partner_tickets
select number, state, confirmed_amount, confirmed_currency from tickets
where
    partner_id = :partner_id and number = any(:numbers)
    and state not in ('created', 'on_hold', 'discarded');

-- name: register_webhook_message$
-- Returns nothing for a replay: the same id signed at the same time. A retry is signed later. Also
-- deletes old ids, whose signatures have expired anyway.
with old as (
    select partner_id, message_id from webhook_messages
    where
        received_at < now() - interval '1 day'
        and (partner_id, message_id) <> (:partner_id, :message_id)
    limit 100 for update skip locked
), swept as (
    delete from webhook_messages p using old
    where (p.partner_id, p.message_id) = (old.partner_id, old.message_id)
)
insert into webhook_messages as known (partner_id, message_id, signed_at)
values (:partner_id, :message_id, :signed_at)
on conflict (partner_id, message_id) do update
set signed_at = excluded.signed_at, received_at = excluded.received_at
where known.signed_at < excluded.signed_at
returning true;

-- name: enqueue_outcome_tickets!
-- Runs before outcomes are inserted: calls about one ticket wait for each other, so that its bounds
-- hold. The process that stores an outcome dispatches it within a second, unless it crashes.
insert into outcome_outbox (number, partner_id, due_at)
select number, :partner_id, now() + interval '1 second'
from unnest(cast(:numbers as text[])) as received (number)
order by number
on conflict (number) do update set partner_id = excluded.partner_id;

-- name: insert_outcomes
-- Inserts new outcomes, up to the bound of each ticket per day and for pending ones.
with received as (
    select
        o -> 'outcome' as outcome, o ->> 'predicted_code' as predicted_code,
        o -> 'outcome' ->> 'outcome_id' as outcome_id, o -> 'outcome' ->> 'number' as number,
        ordinal
    from json_array_elements(:outcomes) with ordinality as item (o, ordinal)
), stored as (
    select
        number,
        count(*) filter (where received_at > now() - interval '1 day') as today,
        count(*) filter (where code is null) as waiting
    from partner_outcomes
    where
        number in (select number from received)
        and (received_at > now() - interval '1 day' or code is null)
    group by number
), fresh as (
    select
        t.outcome, t.predicted_code, t.outcome_id, t.number, t.ordinal,
        row_number() over (partition by t.number order by t.ordinal) as rank
    from received t
    where not exists (
        select 1 from partner_outcomes i
        where
            i.partner_id = :partner_id and i.number = t.number and i.outcome_id = t.outcome_id
    )
)
insert into partner_outcomes (
    partner_id, outcome_id, number, outcome, webhook_message_id, predicted_code
)
select :partner_id, f.outcome_id, f.number, f.outcome, cast(:message_id as text), f.predicted_code
from fresh f left join stored k on k.number = f.number
where f.rank + greatest(coalesce(k.today, 0), coalesce(k.waiting, 0)) <= :max_per_day
order by f.ordinal
on conflict do nothing
returning number;

-- name: find_outcomes
select number, outcome_id, code, webhook_message_id, outcome, predicted_code from partner_outcomes
where
    partner_id = :partner_id and number = any(:numbers) and outcome_id = any(:outcome_ids);

-- name: lease_tickets
-- Leases tickets that are not leased, whether due or not.
update outcome_outbox set leased_until = now() + :lease, due_at = now() + :lease
where number in (
    select number from outcome_outbox
    where number = any(:numbers) and (leased_until is null or leased_until <= now())
    order by number for update skip locked
)
returning number;

-- name: lease_due_tickets
-- Leases a few tickets of each partner, longest waiting first.
update outcome_outbox set leased_until = now() + :lease, due_at = now() + :lease
where number in (
    select due.number
    from (select distinct partner_id from outcome_outbox where due_at <= now()) as partners
    cross join lateral (
        select o.number from outcome_outbox o
        where o.partner_id = partners.partner_id and o.due_at <= now()
        order by o.due_at, o.number limit :max_rows for update skip locked
    ) as due
)
returning number;

-- name: list_leased_outcomes
-- The next outcomes of each ticket in order, as many as may be in flight.
select t.number, o.sequence, o.outcome
from unnest(cast(:numbers as text[])) as t (number)
cross join lateral (
    select count(*) as in_flight from partner_outcomes
    where number = t.number and code = 'dispatched' and acknowledged_at is null
) as flight
cross join lateral (
    select sequence, outcome from partner_outcomes
    where number = t.number and code is null
    order by sequence limit greatest(0, least(:at_once, :in_flight - flight.in_flight))
) as o
order by t.number, o.sequence;

-- name: lock_outcome_tickets
select number from outcome_outbox where number = any(:numbers) order by number for update;

-- name: release_outcome_tickets!
-- A separate statement after the lock, so that it sees everything stored before.
with finished as (
    delete from outcome_outbox o
    where
        o.number = any(:numbers)
        and not exists (
            select 1 from partner_outcomes i where i.number = o.number and i.code is null
        )
)
update outcome_outbox o set leased_until = null, due_at = now() + :pause
where
    o.number = any(:numbers)
    and exists (select 1 from partner_outcomes i where i.number = o.number and i.code is null);

-- name: acknowledge_outcomes!
update partner_outcomes set acknowledged_at = now()
where number = :number and outcome_id = any(:ids) and acknowledged_at is null;

-- name: has_unacknowledged_outcomes$
select exists (
    select 1 from partner_outcomes where number = :number and acknowledged_at is null
);

-- name: mark_outcomes_dispatched!
update partner_outcomes i set code = dispatched.code
from unnest(cast(:numbers as text[]), cast(:sequences as bigint[]), cast(:codes as text[]))
    as dispatched (number, sequence, code)
where
    i.number = dispatched.number and i.sequence = dispatched.sequence and i.code is null;

-- name: get_linked_claim^
select
    t.number, t.kind, t.partner_id, t.ordered_on, t.answers, t.member_note, t.link_id,
    l.clicked_at, t.state, t.language, p.rules, t.promised_amount, t.promised_currency,
    (
        select count(*) from ticket_transitions m
        where m.number = t.number and m.event = 'information_requested'
    ) as questions
from tickets t
join partner_profiles p on p.partner_id = t.partner_id and p.rules_hash = t.rules_hash
left join lateral (
    select clicked_at from links
    where link_id = t.link_id and (account_id = t.account_id or for_all)
    order by account_id = t.account_id desc limit 1
) l on true
where
    t.number = :number and t.partner_id = :partner_id
    and t.state not in ('created', 'on_hold', 'discarded');

-- name: list_outcomes_by_link
select
    outcome_id, outcome, received_at,
    case when predicted_code = 'ticket_closed' then predicted_code else code end as code
from partner_outcomes
where partner_id = :partner_id and number = :number and outcome_id like 'link-%'
order by sequence;
