-- What an account may claim: its newest links and rewards, and its tickets for rejected rewards.

-- name: list_links
select
    link_id, version, account_id, partner_id, kind, clicked_at, promised_amount, promised_currency
from links l
where
    account_id = :account_id and kind = any(:kinds)
    and (for_all or not exists (select from links o where o.link_id = l.link_id and o.for_all))
order by clicked_at desc, link_id
limit :max_rows;

-- name: list_rewards
select
    reward_id, version, account_id, partner_id, link_id, kind, order_number, state, amount,
    currency, changed_at, granted_by_ticket
from rewards
where account_id = :account_id
order by changed_at desc, reward_id
limit :max_rows;

-- name: list_contested_rewards
select reward_id, number from tickets
where duplicate_key = any(:keys) and state not in ('discarded', 'withdrawn');
