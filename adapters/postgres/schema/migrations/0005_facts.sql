-- What a claim is judged by: a grant also says by which link, which reward and which day its order is
-- known, so that a ticket that knows its order otherwise finds it.
alter table grants add column link_id text;
alter table grants add column reward_id text;
alter table grants add column ordered_on date;
create index grants_by_account on grants (account_id, partner_id);
create index grants_by_link on grants (link_id);
create index grants_by_reward on grants (reward_id);

-- How many claims an account, and a partner in all, had in a day of the partner's market; the
-- partner's row has no account. Of a claim that was refused nothing else names its account.
create table claim_counts (
    day date not null,
    partner_id text not null,
    account_id text not null,
    accepted integer not null default 0,
    refused integer not null default 0,
    primary key (day, partner_id, account_id)
);
create index tickets_open on tickets (account_id, partner_id, link_id)
where state not in ('resolved', 'rejected', 'discarded', 'withdrawn');
