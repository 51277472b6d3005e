-- Tickets without a running workflow: found, marked, and resumed by a new run.

-- name: list_active_tickets
-- Tickets that should have a running workflow, by pages, without those that changed just now. An
-- undeliverable e-mail alone needs no running workflow.
select number from tickets
where
    resume_state is not null and number > :after
    and updated_at < now() - cast(:grace as interval)
    and (state <> all (cast(:final as text[])) or 'mail_undeliverable' <> all (attention))
order by number limit :max_rows;

-- name: mark_lost
-- Except tickets that changed since they were read.
update tickets set attention = array_append(attention, 'workflow_lost')
where
    number = any (cast(:numbers as text[])) and resume_state is not null
    and updated_at < now() - cast(:grace as interval) and 'workflow_lost' <> all (attention)
returning number;

-- name: clear_lost!
update tickets set attention = array_remove(attention, 'workflow_lost')
where number = any (cast(:numbers as text[])) and 'workflow_lost' = any (attention);

-- name: list_lost_tickets
select number from tickets where attention <> '{}' and 'workflow_lost' = any (attention)
order by number;

-- name: filter_open_tickets
select number from tickets
where number = any (cast(:numbers as text[])) and state <> all (cast(:final as text[]));

-- name: allow_resumption$
update tickets set resumable = true where number = :number and resume_state is not null
returning number;

-- name: resume_ticket^
-- For one run only; repeated by the same run, it changes nothing.
update tickets set
    resumptions = case when workflow_run_id = :run_id then resumptions else resumptions + 1 end,
    workflow_run_id = :run_id, resumable = false,
    attention = array_remove(attention, 'workflow_lost'),
    updated_at = now()
where number = :number and resume_state is not null and (resumable or workflow_run_id = :run_id)
returning admission, resume_state, resumptions, version;

-- name: lock_resumptions$
select resumptions from tickets where number = :number for no key update;

-- name: list_transitions
select seq, event, from_state, to_state, reason_code, actor, note, at
from ticket_transitions where number = :number order by seq;

-- name: list_latest_results
select result from request_results where number = :number order by at desc, request_id limit :max_rows;

-- name: list_latest_messages
select message, message_id, code from ticket_messages
where number = :number and version > 0 and message in ('partner_outcome', 'reward_registered')
order by version desc, ordinal desc limit :max_rows;

-- name: list_unsent_emails
select key, kind, language, params from emails
where number = :number and sent_at is null
order by queued_at, cast(split_part(key, '-', 1) as integer), key;

-- name: requeue_outcomes!
-- Outcomes that no run has acknowledged: they arrived while none ran, or were lost with one.
with again as (
    update partner_outcomes set code = null
    where number = :number and code is not null and acknowledged_at is null
    returning number, partner_id
)
insert into outcome_outbox (number, partner_id, due_at)
select distinct number, partner_id, now() from again
on conflict (number) do update set due_at = now(), leased_until = null;

-- name: requeue_reward_checks!
insert into reward_checks (account_id, reward_id, due_at)
select r.account_id, r.reward_id, now()
from rewards r
join tickets t on t.account_id = r.account_id and t.partner_id = r.partner_id
where
    t.number = :number and r.state in ('registered', 'granted') and r.granted_by_ticket is null
on conflict do nothing;
