-- Tickets and their records. Every insert has a natural key; repeated, it changes nothing.
-- Locks of a ticket are `for no key update`: rows that refer to it can be inserted meanwhile, so that
-- a call that stores outcomes never waits for a step, which may wait for the call.

-- name: get_admission^
select workflow_run_id, claim_digest, admission from tickets where number = :number;

-- name: find_active_ticket$
select number from tickets
where duplicate_key = :duplicate_key and state not in ('discarded', 'withdrawn');

-- name: insert_profile!
insert into partner_profiles (partner_id, rules_hash, rules)
values (:partner_id, :rules_hash, :rules)
on conflict do nothing;

-- name: insert_ticket$
insert into tickets (
    number, workflow_run_id, claim_digest, state, version, admission, account_id, partner_id,
    kind, rules_hash,
    language, contact, answers, link_id, reward_id, ordered_on, ordered_at, duplicate_key,
    reward_kind, order_key, promised_amount, promised_currency, reason_code, due_at, resume_state,
    created_at
) values (
    :number, :workflow_run_id, :claim_digest, :state, :version, :admission, :account_id,
    :partner_id, :kind,
    :rules_hash, :language, :contact, :answers, :link_id, :reward_id, :ordered_on, :ordered_at,
    :duplicate_key, :reward_kind, :order_key, :promised_amount, :promised_currency, :reason_code,
    :due_at, :resume_state, :created_at
)
on conflict do nothing
returning number;

-- name: insert_transition$
insert into ticket_transitions (
    number, seq, event, from_state, to_state, reason_code, actor, note, at
)
values (:number, :seq, :event, :from_state, :to_state, :reason_code, :actor, :note, :at)
on conflict do nothing
returning seq;

-- name: insert_email!
insert into emails (number, key, kind, language, params)
values (:number, :key, :kind, :language, :params)
on conflict do nothing;

-- name: insert_message!
-- Agents see a discrepancy once (`discrepancy` is its key), and at most 20 open ones per ticket; the
-- message log has the rest.
with logged as (
    insert into ticket_messages (
        number, version, ordinal, message, message_id, actor, code, body, seq, at
    ) values (
        :number, :version, :ordinal, :message, :message_id, :actor, :code, :body, :seq, :at
    )
    on conflict do nothing
)
insert into discrepancies (number, key, version, ordinal)
select :number, :discrepancy::text, :version, :ordinal
where
    :discrepancy is not null
    and (select count(*) from discrepancies where number = :number and closed_at is null) < 20
on conflict do nothing;

-- name: next_late_ordinal$
-- Messages that no workflow handles have version 0. The caller has locked the ticket.
select coalesce(max(ordinal) + 1, 0) from ticket_messages where number = :number and version = 0;

-- name: has_room_for_late_message$
-- A discrepancy is logged beyond the bound, while fewer than 20 are open.
select
    (select count(*) from ticket_messages where number = :number and version = 0) < :max_messages
    or (
        :discrepancy::text is not null
        and (select count(*) from discrepancies where number = :number and closed_at is null) < 20
    );

-- name: count_omitted_message!
update tickets set messages_left_out = messages_left_out + 1 where number = :number;

-- name: update_ticket!
-- An older change set never overwrites a newer one.
update tickets set
    version = :version, state = :state, reason_code = :reason_code, due_at = :due_at,
    cancellation_ends_at = :cancellation_ends_at, attention = :attention,
    confirmed_amount = :confirmed_amount, confirmed_currency = :confirmed_currency,
    partner_reference = :partner_reference, proposal = :proposal,
    resume_state = :resume_state, messages_left_out = :messages_left_out, updated_at = now()
where number = :number and version < :version;

-- name: lock_ticket^
select number, partner_id from tickets where number = :number for no key update;

-- name: get_transition^
select event, to_state, reason_code from ticket_transitions where number = :number and seq = :seq;

-- name: advisory_lock$
select pg_advisory_xact_lock(hashtextextended(:name, 0)) is null;

-- name: insert_grant!
insert into grants (
    number, account_id, partner_id, reward_kind, order_key, link_id, reward_id, ordered_on, amount,
    currency
) values (
    :number, :account_id, :partner_id, :reward_kind, :order_key, :link_id, :reward_id, :ordered_on,
    :amount, :currency
);

-- name: set_granted_amount!
update tickets set granted_amount = :amount, granted_currency = :currency where number = :number;

-- name: list_grants
select number, account_id, partner_id, reward_kind, order_key, amount, currency
from grants order by granted_at;

-- name: get_claim_to_deliver^
select
    t.number, t.kind, t.partner_id, t.ordered_on, t.answers, t.member_note, t.link_id,
    l.clicked_at
from tickets t
left join lateral (
    select clicked_at from links
    where link_id = t.link_id and (account_id = t.account_id or for_all)
    order by account_id = t.account_id desc limit 1
) l on true
where t.number = :number;

-- name: get_email^
select
    e.kind, e.language, e.params, e.queued_at, e.sent_at, t.contact, p.rules,
    p.rules ->> 'name' as partner_name,
    t.status_key, t.number, t.kind as claim_kind, t.partner_id, t.ordered_on, t.answers,
    t.member_note, t.link_id, l.clicked_at
from emails e
join tickets t on t.number = e.number
left join partner_profiles p on p.partner_id = t.partner_id and p.rules_hash = t.rules_hash
left join lateral (
    select clicked_at from links
    where link_id = t.link_id and (account_id = t.account_id or for_all)
    order by account_id = t.account_id desc limit 1
) l on true
where e.number = :number and e.key = :key;

-- name: mark_email_sent!
-- After the last e-mail of a closed ticket nothing is left to do.
with sent as (
    update emails set sent_at = now()
    where number = :number and key = :key and sent_at is null
)
update tickets t set
    resume_state = null, attention = array_remove(attention, 'workflow_lost')
where
    t.number = :number and t.resume_state is not null
    and t.state in ('resolved', 'rejected', 'discarded', 'withdrawn')
    and not exists (
        select from emails l where l.number = :number and l.key <> :key and l.sent_at is null
    );

-- name: list_unsent_email_keys$
select array_agg(key order by queued_at, key) from emails
where number = :number and sent_at is null;

-- name: update_email_address$
update tickets set
    contact = jsonb_set(cast(contact as jsonb), '{email}', to_jsonb(cast(:email as text)))
where number = :number and contact is not null
returning number;

-- name: clear_undeliverable!
update tickets set attention = array_remove(attention, 'mail_undeliverable')
where number = :number;

-- name: insert_request_result!
insert into request_results (number, caller, request_id, result)
values (:number, :caller, :request_id, :result)
on conflict do nothing;

-- name: get_request_result$
select result from request_results
where number = :number and caller = :caller and request_id = :request_id;

-- name: lock_ticket_form^
-- The claim with its current answers, locked.
select
    t.number, t.account_id, t.partner_id, t.kind, t.link_id, t.reward_id, t.ordered_on,
    t.ordered_at, t.answers, t.order_key, t.duplicate_key, t.version, p.rules
from tickets t
join partner_profiles p on p.partner_id = t.partner_id and p.rules_hash = t.rules_hash
where t.number = :number for no key update of t;

-- name: update_claim_answers!
update tickets set
    answers = :answers, order_key = :order_key, duplicate_key = :duplicate_key,
    member_note = :member_note
where number = :number;

-- name: sum_auto_confirmations$
select coalesce(sum(amount), 0) from auto_confirmations
where partner_id = :partner_id and month = :month;

-- name: insert_auto_confirmation!
insert into auto_confirmations (number, partner_id, month, amount)
values (:number, :partner_id, :month, :amount);

-- name: mail_server_supports_smtputf8$
-- Before a worker has asked, only ASCII addresses are accepted.
select coalesce((select supports_smtputf8 from mail_server), false);

-- name: upsert_mail_server!
insert into mail_server (supports_smtputf8) values (:supports_smtputf8)
on conflict (one_row) do update
set supports_smtputf8 = excluded.supports_smtputf8, checked_at = now();
