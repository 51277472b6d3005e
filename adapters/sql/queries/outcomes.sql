-- What partners found: kept first, told second, marked third, by whatever door it came.

-- name: numbers_of_partner
select number, state, confirmed_amount, confirmed_currency from tickets
where
    partner_id = :partner_id and number = any(:numbers)
    and state not in ('created', 'on_hold', 'discarded');

-- name: take_message$
-- Nothing where this very message came before. Its sender's retry is newer by the sender's clock.
-- Old ones are swept out on the way: their signatures are too old by themselves.
with old as (
    select partner_id, message_id from partner_messages
    where
        received_at < now() - interval '1 day'
        and (partner_id, message_id) <> (:partner_id, :message_id)
    limit 100 for update skip locked
), swept as (
    delete from partner_messages p using old
    where (p.partner_id, p.message_id) = (old.partner_id, old.message_id)
)
insert into partner_messages as known (partner_id, message_id, signed_at)
values (:partner_id, :message_id, :signed_at)
on conflict (partner_id, message_id) do update
set signed_at = excluded.signed_at, received_at = excluded.received_at
where known.signed_at < excluded.signed_at
returning true;

-- name: keep_outcomes!
insert into imported_outcomes (partner_id, outcome_id, number, outcome, message_id, foreseen)
select
    :partner_id, o -> 'outcome' ->> 'outcome_id', o -> 'outcome' ->> 'number', o -> 'outcome',
    cast(:message_id as text), o ->> 'foreseen'
from json_array_elements(:outcomes) with ordinality as told (o, place)
order by place
on conflict do nothing;

-- name: outcomes_known
select number, outcome_id, code, message_id, outcome, foreseen from imported_outcomes
where
    partner_id = :partner_id and number = any(:numbers) and outcome_id = any(:outcome_ids);

-- name: untold_outcomes
-- All that a ticket was not told, so that none overtakes another: who comes second waits, and finds
-- less.
select position, outcome from imported_outcomes
where number = any(:numbers) and code is null
order by number, position for update;

-- name: sweeps_alone$
select pg_try_advisory_xact_lock(hashtextextended('outcomes swept', 0));

-- name: tickets_left_untold
-- Whoever keeps an outcome tells it within seconds, unless it crashed.
select number from imported_outcomes
where code is null
group by number having min(imported_at) < now() - interval '15 seconds'
order by min(position) limit :most;

-- name: mark_outcomes!
update imported_outcomes i set code = told.code
from unnest(cast(:numbers as text[]), cast(:positions as bigint[]), cast(:codes as text[]))
    as told (number, position, code)
where i.number = told.number and i.position = told.position and i.code is null;

-- name: claim_behind_link^
select
    t.number, t.kind, t.partner_id, t.ordered_on, t.answers, t.information_note, t.link_id,
    l.clicked_at, t.state, t.language, p.rules,
    (
        select count(*) from moves m
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

-- name: outcomes_by_link
select
    outcome_id, outcome, imported_at,
    case when foreseen = 'ticket_closed' then foreseen else code end as code
from imported_outcomes
where partner_id = :partner_id and number = :number and outcome_id like 'link-%'
order by position;
