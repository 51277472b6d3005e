-- What contradicts a ticket and could not move it waits for an agent; more than a partner's maximum is
-- granted by two agents only.

-- An amount above the maximum that one agent proposed: {"amount": {...}, "by": "agent:anna", "at": ...}.
alter table tickets add column proposal json;

create table approvals (
    number text not null references tickets,
    -- The move by which the amount was confirmed.
    seq integer not null,
    amount numeric(12, 2) not null check (amount > 0),
    currency text not null,
    proposed_by text not null,
    approved_by text not null check (approved_by <> proposed_by),
    recorded_at timestamptz not null default now(),
    primary key (number, seq)
);
create trigger approvals_are_append_only before update or delete on approvals
for each row execute function refuse_change();

create table discrepancies (
    number text not null references tickets,
    -- The message that contradicts, by its id and content: it stands once, whatever brought it again.
    key text not null,
    discrepancy_id bigint generated always as identity unique,
    -- Its note: what came, from whom, and when.
    writing integer not null,
    position integer not null,
    closed_at timestamptz,
    closed_by text,
    closing_note text,
    primary key (number, key),
    foreign key (number, writing, position) references notes
);
create index discrepancies_open on discrepancies (discrepancy_id) where closed_at is null;
create index discrepancies_open_by_ticket on discrepancies (number) where closed_at is null;

-- What is foreseen of an outcome when it comes, before its ticket is told; null: it may move.
alter table imported_outcomes add column foreseen text;
