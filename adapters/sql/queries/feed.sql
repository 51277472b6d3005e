-- The platform's feed: an older version of a record is ignored. Who speaks for some accounts only
-- (`accounts`; null: for all) does not change the records of others.

-- name: put_link$
insert into links (
    link_id, version, account_id, partner_id, kind, clicked_at, promised_amount, promised_currency
) values (
    :link_id, :version, :account_id, :partner_id, :kind, :clicked_at,
    :promised_amount, :promised_currency
)
on conflict (link_id) do update set
    version = excluded.version, account_id = excluded.account_id,
    partner_id = excluded.partner_id, kind = excluded.kind, clicked_at = excluded.clicked_at,
    promised_amount = excluded.promised_amount, promised_currency = excluded.promised_currency
where
    links.version < excluded.version
    and (cast(:accounts as text[]) is null or links.account_id = any(:accounts))
returning true;

-- name: put_reward$
insert into rewards (
    reward_id, version, account_id, partner_id, link_id, kind, order_number, order_key, state,
    amount, currency, changed_at, granted_by_ticket
) values (
    :reward_id, :version, :account_id, :partner_id, :link_id, :kind, :order_number, :order_key,
    :state, :amount, :currency, :changed_at, :granted_by_ticket
)
on conflict (reward_id) do update set
    version = excluded.version, account_id = excluded.account_id,
    partner_id = excluded.partner_id, link_id = excluded.link_id, kind = excluded.kind,
    order_number = excluded.order_number, order_key = excluded.order_key, state = excluded.state,
    amount = excluded.amount, currency = excluded.currency, changed_at = excluded.changed_at,
    granted_by_ticket = excluded.granted_by_ticket
where
    rewards.version < excluded.version
    and (cast(:accounts as text[]) is null or rewards.account_id = any(:accounts))
returning true;

-- name: links_of_account
select * from links where account_id = :account_id and partner_id = :partner_id;

-- name: rewards_of_account
select * from rewards where account_id = :account_id and partner_id = :partner_id;

-- name: rewards_of_order
-- Wider than the rule: `is_for_order` in the domain decides.
select * from rewards
where
    partner_id = :partner_id and kind = :reward_kind
    and (order_key = :order_key or reward_id = :reward_id or link_id = :link_id);
