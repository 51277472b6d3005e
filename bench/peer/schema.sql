-- What the peer stores: tickets, their transitions with the state of each webhook, and grants.
create table if not exists tickets (
    number text primary key,
    claim json not null,
    state text not null,
    due_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table if not exists transitions (
    number text not null references tickets,
    seq integer not null,
    event text not null,
    from_state text not null,
    to_state text not null,
    actor text not null,
    at timestamptz not null default now(),
    sequence bigint generated always as identity unique,
    next_attempt_at timestamptz default now(),
    primary key (number, seq)
);
create index if not exists transitions_due_idx on transitions (next_attempt_at)
where next_attempt_at is not null;

create table if not exists grants (
    number text primary key references tickets,
    account_id text not null,
    partner_id text not null,
    order_number text not null,
    amount numeric not null,
    currency text not null,
    granted_at timestamptz not null default now(),
    unique (account_id, partner_id, order_number)
);
