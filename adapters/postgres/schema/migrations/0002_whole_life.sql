-- Answers to requests, one for ever; silence that confirmed, counted per partner and month; links for
-- partners who are served by mail.

create table answers (
    number text not null references tickets,
    request_id text not null,
    answer json not null,
    at timestamptz not null default now(),
    primary key (number, request_id)
);

create table silent_confirmations (
    number text primary key references tickets,
    partner_id text not null,
    month date not null,
    amount numeric(12, 2) not null check (amount > 0)
);
create index silent_confirmations_by_month on silent_confirmations (partner_id, month);

alter table tickets add column information_note text;
