-- What the service keeps. Amounts in the currency's unit; times are instants; `json` (not `jsonb`) where people's
-- text is carried, because it keeps every character that JSON can write.

create table partner_profiles (
    partner_id text not null,
    rules_hash text not null,
    rules json not null,
    first_used_at timestamptz not null default now(),
    primary key (partner_id, rules_hash)
);

create table links (
    link_id text primary key,
    version bigint not null,
    account_id text not null,
    partner_id text not null,
    kind text not null,
    clicked_at timestamptz not null,
    promised_amount numeric(12, 2),
    promised_currency text
);
create index links_by_account on links (account_id, partner_id);

create table rewards (
    reward_id text primary key,
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
    granted_by_ticket text
);
create index rewards_by_account on rewards (account_id, partner_id);
create index rewards_by_order on rewards (partner_id, kind, order_key);
create index rewards_by_link on rewards (link_id);

create table tickets (
    number text primary key,
    run_id text not null,
    digest text not null,
    state text not null,
    writing integer not null,
    admission json not null,
    account_id text,
    partner_id text,
    kind text,
    rules_hash text,
    language text,
    contact json,
    answers json,
    link_id text,
    reward_id text,
    ordered_on date,
    ordered_at timestamptz,
    duplicate_key text,
    reward_kind text,
    order_key text,
    promised_amount numeric(12, 2),
    promised_currency text,
    confirmed_amount numeric(12, 2),
    confirmed_currency text,
    granted_amount numeric(12, 2),
    granted_currency text,
    reason_code text,
    due_at timestamptz,
    cancellation_ends_at timestamptz,
    attention text[] not null default '{}',
    partner_reference text,
    created_at timestamptz not null,
    updated_at timestamptz not null default now(),
    foreign key (partner_id, rules_hash) references partner_profiles
);
-- R25: the first claim for a reward stands; a withdrawn or discarded one blocks nothing.
create unique index tickets_one_per_reward on tickets (duplicate_key)
where state not in ('discarded', 'withdrawn');
create index tickets_by_order on tickets (partner_id, reward_kind, order_key);
create index tickets_due on tickets (due_at) where due_at is not null;

create table moves (
    number text not null references tickets,
    seq integer not null,
    event text not null,
    from_state text not null,
    to_state text not null,
    reason_code text,
    actor text not null,
    note text,
    at timestamptz not null,
    event_id bigint generated always as identity unique,
    primary key (number, seq)
);

create table letters (
    number text not null references tickets,
    key text not null,
    kind text not null,
    language text not null,
    params json not null,
    queued_at timestamptz not null default now(),
    sent_at timestamptz,
    primary key (number, key)
);

create table notes (
    number text not null references tickets,
    writing integer not null,
    position integer not null,
    message text not null,
    message_id text not null,
    actor text not null,
    code text not null,
    body json not null,
    seq integer,
    at timestamptz not null,
    primary key (number, writing, position)
);

create table grants (
    number text primary key references tickets,
    account_id text not null,
    partner_id text not null,
    reward_kind text not null,
    order_key text not null,
    amount numeric(12, 2) not null check (amount > 0),
    currency text not null,
    granted_at timestamptz not null default now(),
    -- One order earns one reward per kind, whoever claims it.
    unique (partner_id, reward_kind, order_key)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end
$$;
create trigger moves_are_append_only before update or delete on moves
for each row execute function refuse_change();
create trigger grants_are_append_only before update or delete on grants
for each row execute function refuse_change();
