-- Partners who are served by files: claims that wait to be exported, the exports that were made, and
-- the outcomes that came back.

create table exports (
    export_id bigint generated always as identity primary key,
    partner_id text not null,
    -- The answers that have a column, in their order: made again, the file is the same.
    answers text[] not null,
    made_at timestamptz not null default now(),
    -- Null until the file was there as a whole: the next export makes that one first.
    written_at timestamptz
);
create index exports_not_written on exports (partner_id) where written_at is null;

create table handovers (
    number text not null references tickets,
    purpose text not null,
    partner_id text not null,
    -- As it was when it was handed over: an answer that came later has a purpose of its own.
    claim json not null,
    handed_over_at timestamptz not null default now(),
    export_id bigint references exports,
    primary key (number, purpose)
);
create index handovers_waiting on handovers (partner_id) where export_id is null;
create index handovers_by_export on handovers (export_id, handed_over_at, number, purpose);

create table imported_outcomes (
    partner_id text not null,
    outcome_id text not null,
    number text not null references tickets,
    outcome json not null,
    imported_at timestamptz not null default now(),
    -- What became of it; null until its ticket was told.
    code text,
    primary key (partner_id, outcome_id)
);
