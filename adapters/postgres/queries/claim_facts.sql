-- The facts that a claim is judged by: the account's own, and for settlement those of other accounts
-- for the same order. The queries select candidates; the domain decides which orders are the same.

-- name: list_account_links
-- The account's links, and any link that one of its rewards names. A link that the global feed assigns
-- to another account does not count, nor does such a reward.
select
    link_id, version, account_id, partner_id, kind, clicked_at, promised_amount, promised_currency
from links l
where
    (
        account_id = :account_id and partner_id = :partner_id
        and (for_all or not exists (select from links o where o.link_id = l.link_id and o.for_all))
    )
    or (
        for_all and link_id in (
            select r.link_id from rewards r
            where r.account_id = :account_id and r.partner_id = :partner_id
        )
    );

-- name: list_account_rewards
select
    reward_id, version, account_id, partner_id, link_id, kind, order_number, state, amount,
    currency, changed_at, granted_by_ticket
from rewards r
where
    account_id = :account_id and partner_id = :partner_id
    and (for_all or not exists (select from rewards o where o.reward_id = r.reward_id and o.for_all));

-- name: list_account_grants
select number, reward_kind, order_key, link_id, reward_id, ordered_on
from grants
where account_id = :account_id and partner_id = :partner_id;

-- name: list_order_grants
select number, reward_kind, order_key, link_id, reward_id, ordered_on
from grants
where
    partner_id = :partner_id and reward_kind = any(cast(:kinds as text[]))
    and (
        order_key = any(cast(:order_keys as text[])) or link_id = any(cast(:links as text[]))
        or reward_id = :reward_id
    );

-- name: list_rewards_of_others
-- Only records of the global feed count against another account.
select
    reward_id, version, account_id, partner_id, link_id, kind, order_number, state, amount,
    currency, changed_at, granted_by_ticket
from rewards
where
    account_id <> :account_id and for_all and partner_id = :partner_id
    and kind = any(cast(:kinds as text[]))
    and (
        order_key = any(cast(:order_keys as text[])) or link_id = any(cast(:links as text[]))
        or reward_id = :reward_id
    );

-- name: lock_links
-- In the order in which the feed writes them, to avoid deadlocks.
select link_id from links
where link_id = any(cast(:links as text[]))
order by link_id, account_id for share;

-- name: lock_rewards
select reward_id from rewards
where
    partner_id = :partner_id and kind = any(cast(:kinds as text[]))
    and (
        order_key = any(cast(:order_keys as text[])) or link_id = any(cast(:links as text[]))
        or reward_id = :reward_id
    )
order by reward_id, account_id for share;

-- name: count_open_claims
select partner_id, coalesce(link_id, '') as link_id, count(*) as claims
from tickets
where
    account_id = :account_id and partner_id = any(cast(:partner_ids as text[]))
    and state not in ('resolved', 'rejected', 'discarded', 'withdrawn')
group by partner_id, link_id;

-- name: list_claim_counts
select
    d.partner_id, coalesce(a.accepted, 0) as accepted_today, coalesce(a.refused, 0) as refused_today,
    coalesce(p.accepted, 0) as accepted_by_partner_today
from unnest(cast(:partner_ids as text[]), cast(:days as date[])) as d (partner_id, day)
left join claim_counts a
    on a.day = d.day and a.partner_id = d.partner_id and a.account_id = :account_id
left join claim_counts p on p.day = d.day and p.partner_id = d.partner_id and p.account_id = '';

-- name: count_claim!
-- Also deletes counts of days that have ended in every time zone.
with old as (
    select day, partner_id, account_id from claim_counts
    where day < cast(:day as date) - 2
    limit 100 for update skip locked
), swept as (
    delete from claim_counts c using old
    where (c.day, c.partner_id, c.account_id) = (old.day, old.partner_id, old.account_id)
)
insert into claim_counts as known (day, partner_id, account_id, accepted, refused)
values (cast(:day as date), :partner_id, :account_id, :accepted, :refused)
on conflict (day, partner_id, account_id) do update
set accepted = known.accepted + excluded.accepted, refused = known.refused + excluded.refused;

-- name: count_accepted_by_partner$
-- Returns no row when the partner's daily limit is reached.
insert into claim_counts as known (day, partner_id, account_id, accepted)
values (:day, :partner_id, '', 1)
on conflict (day, partner_id, account_id) do update
set accepted = known.accepted + 1 where known.accepted < :max_accepted
returning true;
