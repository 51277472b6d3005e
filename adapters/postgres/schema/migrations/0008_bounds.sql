-- What strangers send to one ticket is bounded: outcomes wait here and go to their ticket a few at a
-- time (docs/decisions/0051), and of messages that changed nothing a number is kept.

-- When its workflow had heard an outcome. What it was signalled and has not heard is in flight.
alter table imported_outcomes add column acknowledged_at timestamptz;
create index imported_outcomes_in_flight on imported_outcomes (number)
where code = 'dispatched' and acknowledged_at is null;
create index imported_outcomes_by_age on imported_outcomes (number, imported_at);

-- Tickets with outcomes that wait. Partners take turns, and so do a partner's tickets.
create table outcome_outbox (
    number text primary key references tickets,
    partner_id text not null,
    due_at timestamptz not null,
    -- Whoever dispatches a ticket's outcomes has it for so long: none overtakes another.
    leased_until timestamptz
);
create index outcome_outbox_due on outcome_outbox (partner_id, due_at);

-- Messages that changed nothing and were too many to be kept.
alter table tickets add column notes_left_out integer not null default 0;
