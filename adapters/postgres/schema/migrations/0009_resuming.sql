-- What a new run of a ticket's workflow needs, where Temporal ended or lost the one that led it.

alter table tickets
-- What stands nowhere else: clocks, counters, questions. Null when there is nothing left to do.
add column resume_state json,
-- Says that one new run may take the ticket up; the run takes the permission with it.
add column resumable boolean not null default false,
-- How often a new run took the ticket up: a run of before can write no more.
add column resumptions integer not null default 0;
create index tickets_led on tickets (number) where resume_state is not null;

-- A claim in a partner's file is kept no longer than its ticket is open.
alter table handovers alter column claim drop not null;

-- What is appended to stays as it is, also for the tables' owner.
create trigger moves_are_not_emptied before truncate on moves
for each statement execute function refuse_change();
create trigger grants_are_not_emptied before truncate on grants
for each statement execute function refuse_change();
create trigger events_are_append_only before update or delete on events
for each row execute function refuse_change();
create trigger events_are_not_emptied before truncate on events
for each statement execute function refuse_change();
create trigger answers_are_not_emptied before truncate on answers
for each statement execute function refuse_change();
create trigger silent_confirmations_are_append_only before update or delete on silent_confirmations
for each row execute function refuse_change();
create trigger silent_confirmations_are_not_emptied before truncate on silent_confirmations
for each statement execute function refuse_change();
create trigger approvals_are_not_emptied before truncate on approvals
for each statement execute function refuse_change();
