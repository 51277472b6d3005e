-- Messages that contradict a ticket and could not change it, and approvals by two agents.

-- name: discrepancy_exists$
select exists (select from discrepancies where number = :number and key = :key);

-- name: get_ticket_state^
select state, granted_amount, granted_currency from tickets where number = :number;

-- name: list_open_discrepancies
-- Oldest first.
select
    d.discrepancy_id, d.number, n.message, n.message_id, n.actor, n.code, n.body, n.at,
    d.closed_at, d.closed_by, d.closing_note
from discrepancies d
join ticket_messages n on (n.number, n.version, n.ordinal) = (d.number, d.version, d.ordinal)
where
    d.closed_at is null
    and (:after::bigint is null or d.discrepancy_id > :after)
order by d.discrepancy_id
limit :most;

-- name: list_discrepancies
select
    d.discrepancy_id, d.number, n.message, n.message_id, n.actor, n.code, n.body, n.at,
    d.closed_at, d.closed_by, d.closing_note
from discrepancies d
join ticket_messages n on (n.number, n.version, n.ordinal) = (d.number, d.version, d.ordinal)
where d.number = any(:numbers)
order by d.discrepancy_id;

-- name: close_discrepancy!
-- The first closure wins.
update discrepancies set closed_at = now(), closed_by = :closed_by, closing_note = :closing_note
where discrepancy_id = :discrepancy_id and closed_at is null;

-- name: get_discrepancy^
select
    d.discrepancy_id, d.number, n.message, n.message_id, n.actor, n.code, n.body, n.at,
    d.closed_at, d.closed_by, d.closing_note
from discrepancies d
join ticket_messages n on (n.number, n.version, n.ordinal) = (d.number, d.version, d.ordinal)
where d.discrepancy_id = :discrepancy_id;

-- name: list_grants_for_rewards
-- Selects candidates: the domain decides which rewards contradict a grant. Records from a token for
-- some accounts count for these accounts only.
select
    r.reward_id, r.version, r.account_id, r.partner_id, r.link_id, r.kind, r.order_number, r.state,
    r.amount, r.currency, r.changed_at, r.granted_by_ticket, t.number,
    t.order_key as ticket_order, t.link_id as ticket_link, t.reward_id as ticket_reward,
    g.granted_at
from unnest(cast(:account_ids as text[]), cast(:reward_ids as text[])) as news (account_id, reward_id)
join rewards r on r.account_id = news.account_id and r.reward_id = news.reward_id
join tickets t
    on t.account_id = r.account_id and t.partner_id = r.partner_id and t.reward_kind = r.kind
join grants g on g.number = t.number
union
select
    r.reward_id, r.version, r.account_id, r.partner_id, r.link_id, r.kind, r.order_number, r.state,
    r.amount, r.currency, r.changed_at, r.granted_by_ticket, t.number,
    t.order_key as ticket_order, t.link_id as ticket_link, t.reward_id as ticket_reward,
    g.granted_at
from unnest(cast(:account_ids as text[]), cast(:reward_ids as text[])) as news (account_id, reward_id)
join rewards r on r.account_id = news.account_id and r.reward_id = news.reward_id
join grants g
    on g.partner_id = r.partner_id and g.reward_kind = r.kind and g.order_key = r.order_key
join tickets t on t.number = g.number
where r.for_all;

-- name: insert_approval!
insert into approvals (number, seq, amount, currency, proposed_by, approved_by)
values (:number, :seq, :amount, :currency, :proposed_by, :approved_by)
on conflict do nothing;

-- name: get_latest_approval^
-- The latest: an approval of an earlier amount no longer counts.
select proposed_by, approved_by, amount, currency
from approvals where number = :number order by seq desc limit 1;

-- name: get_max_reward$
select p.rules -> 'max_reward'
from tickets t
join partner_profiles p on p.partner_id = t.partner_id and p.rules_hash = t.rules_hash
where t.number = :number;

-- name: get_version$
select version from tickets where number = :number;
