-- The schema. Amounts are in the currency's unit, with two decimals; instants are `timestamptz`.
--
-- `json` rather than `jsonb` holds what people wrote: it keeps every character that JSON allows,
-- NUL included. Codes, states and events are text: the domain owns their lists.
--
-- In this order: what the platform sends, tickets and their records, e-mails, partner files and
-- outcomes, events and webhooks, sessions of the pages, and the mail server.

-- Append-only tables -------------------------------------------------------------------------------

create function forbid_update() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end
$$;

-- What the platform sends: clicks on links, and rewards --------------------------------------------
--
-- A record belongs to its account. The feed with a token for all accounts (`for_all`) has one record
-- per id; a token for some accounts stores records of its own beside it and never changes those.

create table links (
    link_id text not null,
    version bigint not null,
    account_id text not null,
    partner_id text not null,
    kind text not null,
    clicked_at timestamptz not null,
    promised_amount numeric(12, 2),
    promised_currency text,
    for_all boolean not null,
    primary key (account_id, link_id)
);
create unique index links_link_id_for_all_key on links (link_id) where for_all;
create index links_account_id_idx on links (account_id, partner_id);

create table rewards (
    reward_id text not null,
    version bigint not null,
    account_id text not null,
    partner_id text not null,
    link_id text,
    kind text not null,
    order_number text,
    order_key text,
    state text not null,
    amount numeric(12, 2),
    currency text,
    changed_at timestamptz not null,
    granted_by_ticket text,
    for_all boolean not null,
    primary key (account_id, reward_id)
);
create unique index rewards_reward_id_for_all_key on rewards (reward_id) where for_all;
create index rewards_reward_id_idx on rewards (reward_id);
create index rewards_account_id_idx on rewards (account_id, partner_id);
create index rewards_order_key_idx on rewards (partner_id, kind, order_key);
create index rewards_link_id_idx on rewards (link_id);

-- Rewards whose open tickets are searched a second time: a claim that was being admitted during the
-- first search was not visible to it, and the process that searched may have died.
create table reward_checks (
    account_id text not null,
    reward_id text not null,
    due_at timestamptz not null,
    primary key (account_id, reward_id),
    foreign key (account_id, reward_id) references rewards on update cascade on delete cascade
);
create index reward_checks_due_at_idx on reward_checks (due_at);

-- Tickets ------------------------------------------------------------------------------------------

-- The rules under which claims were admitted, one row per version of a partner's rules.
create table partner_profiles (
    partner_id text not null,
    rules_hash text not null,
    rules json not null,
    first_used_at timestamptz not null default now(),
    primary key (partner_id, rules_hash)
);

create table tickets (
    number text primary key,
    workflow_run_id text not null,
    claim_digest text not null,
    -- Number of the last change set that was applied; an older one changes nothing.
    version integer not null,

    -- The result of the admission, repeated for every later filing under this number. A refused
    -- claim has little else: no account, no contact, no answers.
    admission json not null,
    account_id text,
    partner_id text,
    kind text,
    rules_hash text,
    language text,
    contact json,
    answers json,
    member_note text,

    -- The order, by everything it may be known by.
    link_id text,
    reward_id text,
    ordered_on date,
    ordered_at timestamptz,
    reward_kind text,
    order_key text,
    duplicate_key text,

    -- The current state.
    state text not null,
    reason_code text,
    due_at timestamptz,
    cancellation_ends_at timestamptz,
    attention text[] not null default '{}',
    partner_reference text,
    promised_amount numeric(12, 2),
    promised_currency text,
    confirmed_amount numeric(12, 2),
    confirmed_currency text,
    granted_amount numeric(12, 2),
    granted_currency text,
    -- An amount above the partner's maximum that one agent proposed:
    -- {"amount": {...}, "by": "agent:anna", "at": ...}.
    proposal json,
    -- Messages that changed nothing and were too many to be logged.
    messages_left_out integer not null default 0,

    -- Clocks, counters and questions, which no other table holds: a new workflow run continues with
    -- them when Temporal has ended or lost the earlier one. Null when nothing is left to do.
    resume_state json,
    -- An operator allowed one new run to resume the ticket; the run consumes the permission.
    resumable boolean not null default false,
    -- How often a new run resumed the ticket: earlier runs can no longer write.
    resumptions integer not null default 0,

    -- Part of the signature of links to the status page: a higher number revokes earlier links.
    status_key integer not null default 1,

    created_at timestamptz not null,
    updated_at timestamptz not null default now(),
    foreign key (partner_id, rules_hash) references partner_profiles
);

-- R25: the first claim for a reward wins; a withdrawn or discarded one blocks nothing.
create unique index tickets_duplicate_key_key on tickets (duplicate_key)
where state not in ('discarded', 'withdrawn');

-- What the workflows and the platform's feed look up.
create index tickets_order_idx on tickets (partner_id, reward_kind, order_key);
create index tickets_open_idx on tickets (account_id, partner_id, link_id)
where state not in ('resolved', 'rejected', 'discarded', 'withdrawn');
create index tickets_active_idx on tickets (number) where resume_state is not null;

-- What agents search by; lists are ordered by the time of creation.
create index tickets_due_at_idx on tickets (due_at) where due_at is not null;
create index tickets_email_idx on tickets (lower(contact ->> 'email'));
create index tickets_order_key_idx on tickets (order_key);
create index tickets_account_id_idx on tickets (account_id, number);
create index tickets_created_at_idx on tickets (created_at, number);
create index tickets_partner_id_idx on tickets (partner_id, created_at, number);
create index tickets_state_idx on tickets (state, created_at, number);
create index tickets_attention_idx on tickets (created_at, number) where attention <> '{}';
-- A claim that was discarded as a duplicate names the ticket that blocks it.
create index tickets_existing_ticket_idx
on tickets ((admission -> 'result' ->> 'existing_ticket'), created_at, number)
where admission -> 'result' ->> 'existing_ticket' is not null;

-- Claims per day of the partner's market: one row per account, and one for the partner in all, whose
-- account is ''. A refused claim leaves its account nowhere else.
create table claim_counts (
    day date not null,
    partner_id text not null,
    account_id text not null,
    accepted integer not null default 0,
    refused integer not null default 0,
    primary key (day, partner_id, account_id)
);

-- Records of a ticket ------------------------------------------------------------------------------

create table ticket_transitions (
    number text not null references tickets,
    seq integer not null,
    event text not null,
    from_state text not null,
    to_state text not null,
    reason_code text,
    actor text not null,
    note text,
    at timestamptz not null,
    transition_id bigint generated always as identity unique,
    primary key (number, seq)
);
create trigger ticket_transitions_forbid_update before update or delete on ticket_transitions
for each row execute function forbid_update();
create trigger ticket_transitions_forbid_truncate before truncate on ticket_transitions
for each statement execute function forbid_update();

-- The log of messages that a ticket got. `version` 0 holds those that no workflow handled: they came
-- after the ticket's end.
create table ticket_messages (
    number text not null references tickets,
    version integer not null,
    ordinal integer not null,
    message text not null,
    message_id text not null,
    actor text not null,
    code text not null,
    body json not null,
    seq integer,
    at timestamptz not null,
    primary key (number, version, ordinal)
);

-- Messages that contradict a ticket and could not change it, for agents to close.
create table discrepancies (
    number text not null references tickets,
    -- The message by its id and content: received again, it is the same discrepancy.
    key text not null,
    discrepancy_id bigint generated always as identity unique,
    -- Its entry in the message log.
    version integer not null,
    ordinal integer not null,
    closed_at timestamptz,
    closed_by text,
    closing_note text,
    primary key (number, key),
    foreign key (number, version, ordinal) references ticket_messages
);
create index discrepancies_open_idx on discrepancies (discrepancy_id) where closed_at is null;
create index discrepancies_open_number_idx on discrepancies (number) where closed_at is null;

-- Results of requests. A request's id is its caller's own; the result keeps the digest of the
-- request, so that other content under the same id is recognised.
create table request_results (
    number text not null references tickets,
    caller text not null,
    request_id text not null,
    result json not null,
    at timestamptz not null default now(),
    primary key (number, caller, request_id)
);
create trigger request_results_forbid_truncate before truncate on request_results
for each statement execute function forbid_update();

-- Money --------------------------------------------------------------------------------------------

-- Rewards that tickets granted, with everything the order may be known by: a ticket that knows its
-- order otherwise still finds the grant.
create table grants (
    number text primary key references tickets,
    account_id text not null,
    partner_id text not null,
    reward_kind text not null,
    order_key text not null,
    link_id text,
    reward_id text,
    ordered_on date,
    amount numeric(12, 2) not null check (amount > 0),
    currency text not null,
    granted_at timestamptz not null default now(),
    -- One order earns one reward per kind, whoever claims it.
    unique (partner_id, reward_kind, order_key)
);
create index grants_account_id_idx on grants (account_id, partner_id);
create index grants_link_id_idx on grants (link_id);
create index grants_reward_id_idx on grants (reward_id);
create trigger grants_forbid_update before update or delete on grants
for each row execute function forbid_update();
create trigger grants_forbid_truncate before truncate on grants
for each statement execute function forbid_update();

-- Amounts above a partner's maximum: two agents approve them.
create table approvals (
    number text not null references tickets,
    -- The transition by which the amount was confirmed.
    seq integer not null,
    amount numeric(12, 2) not null check (amount > 0),
    currency text not null,
    proposed_by text not null,
    approved_by text not null check (approved_by <> proposed_by),
    recorded_at timestamptz not null default now(),
    primary key (number, seq)
);
create trigger approvals_forbid_update before update or delete on approvals
for each row execute function forbid_update();
create trigger approvals_forbid_truncate before truncate on approvals
for each statement execute function forbid_update();

-- Rewards confirmed because the partner did not respond in time, counted against the partner's
-- monthly cap; `month` is the month's first day in the partner's market.
create table auto_confirmations (
    number text primary key references tickets,
    partner_id text not null,
    month date not null,
    amount numeric(12, 2) not null check (amount > 0)
);
create index auto_confirmations_partner_id_month_idx on auto_confirmations (partner_id, month);
create trigger auto_confirmations_forbid_update before update or delete on auto_confirmations
for each row execute function forbid_update();
create trigger auto_confirmations_forbid_truncate before truncate on auto_confirmations
for each statement execute function forbid_update();

-- E-mails to members -------------------------------------------------------------------------------

create table emails (
    number text not null references tickets,
    key text not null,
    kind text not null,
    language text not null,
    params json not null,
    queued_at timestamptz not null default now(),
    sent_at timestamptz,
    primary key (number, key)
);

-- Partners that are served by files: exports of claims ---------------------------------------------

create table exports (
    export_id bigint generated always as identity primary key,
    partner_id text not null,
    -- The answers that have a column, in their order: written again, the file is the same.
    answer_columns text[] not null,
    created_at timestamptz not null default now(),
    -- Null until the whole file exists: the next export writes that one first.
    written_at timestamptz
);
create index exports_unwritten_idx on exports (partner_id) where written_at is null;

create table export_items (
    number text not null references tickets,
    purpose text not null,
    partner_id text not null,
    -- As it was when it was queued: a later answer of the member has a purpose of its own. Null when
    -- the ticket has ended.
    claim json,
    queued_at timestamptz not null default now(),
    export_id bigint references exports,
    primary key (number, purpose)
);
create index export_items_queued_idx on export_items (partner_id) where export_id is null;
create index export_items_export_id_idx on export_items (export_id, queued_at, number, purpose);

-- Outcomes from partners: stored, dispatched to their tickets, acknowledged by them ----------------

create table partner_outcomes (
    partner_id text not null,
    outcome_id text not null,
    number text not null references tickets,
    outcome json not null,
    received_at timestamptz not null default now(),
    -- What became of it; null until its ticket was signalled.
    code text,
    -- The order of arrival, in which a ticket gets them.
    sequence bigint generated always as identity,
    -- The signed message that brought it; null for outcomes from files and links.
    webhook_message_id text,
    -- The code that was predicted when it arrived; null if it may change its ticket.
    predicted_code text,
    -- When its ticket's workflow had handled it; signalled and not yet handled, it is in flight.
    acknowledged_at timestamptz,
    -- The id of an outcome is unique within its ticket, as it is in the ticket's workflow.
    primary key (partner_id, number, outcome_id)
);
create index partner_outcomes_pending_idx on partner_outcomes (number, sequence) where code is null;
create index partner_outcomes_in_flight_idx on partner_outcomes (number)
where code = 'dispatched' and acknowledged_at is null;
create index partner_outcomes_received_at_idx on partner_outcomes (number, received_at);

-- Tickets with outcomes that wait. Partners take turns, and so do a partner's tickets
-- (docs/decisions/0015).
create table outcome_outbox (
    number text primary key references tickets,
    partner_id text not null,
    due_at timestamptz not null,
    -- Until then one dispatcher owns the ticket's outcomes, so that none overtakes another.
    leased_until timestamptz
);
create index outcome_outbox_due_at_idx on outcome_outbox (partner_id, due_at);

-- Signed messages of partners (Standard Webhooks): the same id signed at the same time is a replay.
create table webhook_messages (
    partner_id text not null,
    message_id text not null,
    signed_at timestamptz not null,
    received_at timestamptz not null default now(),
    primary key (partner_id, message_id)
);
create index webhook_messages_received_at_idx on webhook_messages (received_at);

-- Events for the platform, and their webhooks ------------------------------------------------------

-- Identity values are assigned before a transaction commits, so `transition_id` may become visible out
-- of order. Transitions wait here until a reader that sees them assigns their sequence numbers.
create table unsequenced_transitions (
    transition_id bigint primary key references ticket_transitions (transition_id)
);

create function enqueue_for_sequencing() returns trigger language plpgsql as $$
begin
    insert into unsequenced_transitions values (new.transition_id);
    return null;
end
$$;
create trigger ticket_transitions_enqueue_for_sequencing after insert on ticket_transitions
for each row execute function enqueue_for_sequencing();

create table events (
    sequence bigint generated always as identity primary key,
    transition_id bigint not null unique references ticket_transitions (transition_id)
);
create trigger events_forbid_update before update or delete on events
for each row execute function forbid_update();
create trigger events_forbid_truncate before truncate on events
for each statement execute function forbid_update();

create table webhooks (
    sequence bigint primary key references events,
    attempts integer not null default 0,
    -- Null when there is nothing more to try: delivered, or given up.
    next_attempt_at timestamptz,
    -- When it is given up.
    expires_at timestamptz not null,
    delivered_at timestamptz,
    last_error text,
    -- The platform answered 410: none is sent until somebody asks for one again.
    stopped_at timestamptz
);
create index webhooks_stopped_at_idx on webhooks (stopped_at) where stopped_at is not null;
create index webhooks_next_attempt_at_idx on webhooks (next_attempt_at)
where next_attempt_at is not null;
create index webhooks_failed_idx on webhooks (sequence)
where next_attempt_at is null and delivered_at is null;

-- Sessions of the pages ----------------------------------------------------------------------------

-- A session is stored under the digest of the random id in the browser's cookie.
create table sessions (
    session_id text primary key,
    kind text not null,
    subject text not null,
    -- A member's name and address; removed when the session ends.
    contact json,
    started_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    -- The latest end, however active the session is.
    ends_at timestamptz not null,
    ended_at timestamptz,
    ended_by text
);
create index sessions_active_idx on sessions (kind, subject) where ended_at is null;
create index sessions_ends_at_idx on sessions (ends_at);

-- A login token of the platform opens one session.
create table consumed_login_tokens (
    token_id text primary key,
    expires_at timestamptz not null
);

-- Subjects whose sessions an operator or the platform ended: login tokens issued before open none.
create table session_revocations (
    kind text not null,
    subject text not null,
    revoked_at timestamptz not null,
    primary key (kind, subject)
);
create index session_revocations_revoked_at_idx on session_revocations (revoked_at);

-- The mail server ----------------------------------------------------------------------------------

-- What a worker last learned of the mail server: one row. No claim is admitted for an address that
-- the server cannot deliver to.
create table mail_server (
    one_row boolean primary key default true check (one_row),
    supports_smtputf8 boolean not null,
    checked_at timestamptz not null default now()
);
