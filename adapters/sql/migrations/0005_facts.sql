-- What a claim is judged by: a grant also says by which link, which reward and which day its order is
-- known, so that a ticket that knows its order otherwise finds it.
alter table grants add column link_id text;
alter table grants add column reward_id text;
alter table grants add column ordered_on date;
create index grants_by_account on grants (account_id, partner_id);
create index grants_by_link on grants (link_id);
create index grants_by_reward on grants (reward_id);
