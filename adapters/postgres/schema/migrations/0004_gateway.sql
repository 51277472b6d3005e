-- What the HTTP door keeps: one order of all moves for the platform, its webhooks, partners' signed
-- messages, hand-overs that were used; and the ways by which agents look tickets up.

-- Numbers are given out before a transaction commits, so `moves.event_id` may become visible out of
-- order. A move waits here until somebody who sees it gives it its place among the events.
create table moves_without_place (
    event_id bigint primary key references moves (event_id)
);
insert into moves_without_place select event_id from moves;

create function ask_for_place() returns trigger language plpgsql as $$
begin
    insert into moves_without_place values (new.event_id);
    return null;
end
$$;
create trigger moves_ask_for_a_place after insert on moves
for each row execute function ask_for_place();

create table events (
    position bigint generated always as identity primary key,
    event_id bigint not null unique references moves (event_id)
);

create table webhooks (
    position bigint primary key references events,
    attempts integer not null default 0,
    -- Null when there is nothing more to try: it was delivered, or given up.
    next_try_at timestamptz,
    -- What is given up is given up then.
    until timestamptz not null,
    delivered_at timestamptz,
    failure text
);
create index webhooks_due on webhooks (next_try_at) where next_try_at is not null;
create index webhooks_given_up on webhooks (position)
where next_try_at is null and delivered_at is null;

-- Rewards of the feed whose open tickets are looked for once more: the first look may have come before
-- a claim that was being admitted, and whoever looked may have died before the tickets were told.
create table rewards_to_tell (
    reward_id text primary key references rewards,
    look_at timestamptz not null
);
create index rewards_to_tell_due on rewards_to_tell (look_at);

-- Signed messages of partners (Standard Webhooks): by the same id at the same moment, a replay.
create table partner_messages (
    partner_id text not null,
    message_id text not null,
    signed_at timestamptz not null,
    received_at timestamptz not null default now(),
    primary key (partner_id, message_id)
);
create index partner_messages_by_age on partner_messages (received_at);

-- An outcome's id is unique for its ticket, as its workflow has it, not for its partner.
alter table imported_outcomes drop constraint imported_outcomes_pkey;
alter table imported_outcomes add primary key (partner_id, number, outcome_id);
-- The order in which outcomes came: a ticket is told them in it.
alter table imported_outcomes add column position bigint generated always as identity;
-- The signed message that brought it; null for those of files and links.
alter table imported_outcomes add column message_id text;
create index imported_outcomes_untold on imported_outcomes (number, position) where code is null;

-- A hand-over from the platform opens the pages once.
create table used_handovers (
    token_id text primary key,
    expires_at timestamptz not null
);

-- An address cannot be read out of JSON that has a NUL anywhere; no contact gets one any more.
update tickets set contact = replace(contact::text, '\u0000', '\ufffd')::json
where contact::text like '%\\u0000%';
create index tickets_by_email on tickets (lower(contact ->> 'email'));
create index tickets_by_order_alone on tickets (order_key);
create index tickets_by_age on tickets (created_at, number);
create index tickets_needing_attention on tickets (created_at, number) where attention <> '{}';
create index tickets_by_partner on tickets (partner_id, created_at, number);
create index tickets_by_state on tickets (state, created_at, number);
create index tickets_by_account on tickets (account_id, number);
-- Claims that were discarded as duplicates name the ticket that stands.
create index tickets_by_standing
on tickets ((admission -> 'result' ->> 'existing_ticket'), created_at, number)
where admission -> 'result' ->> 'existing_ticket' is not null;
