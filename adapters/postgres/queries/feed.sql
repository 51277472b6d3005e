-- The platform's feed. An older version of a record is ignored. The global feed has one record per id
-- (`for_all`); a token for some accounts stores records for these and never changes global ones.

-- name: delete_scoped_link!
-- A global record replaces the one from a token for some accounts.
delete from links where link_id = :link_id and account_id = :account_id and not for_all;

-- name: upsert_link_for_all$
insert into links (
    link_id, version, account_id, partner_id, kind, clicked_at, promised_amount, promised_currency,
    for_all
) values (
    :link_id, :version, :account_id, :partner_id, :kind, :clicked_at,
    :promised_amount, :promised_currency, true
)
on conflict (link_id) where for_all do update set
    version = excluded.version, account_id = excluded.account_id,
    partner_id = excluded.partner_id, kind = excluded.kind, clicked_at = excluded.clicked_at,
    promised_amount = excluded.promised_amount, promised_currency = excluded.promised_currency
where links.version < excluded.version
returning true;

-- name: upsert_link_for_some$
insert into links (
    link_id, version, account_id, partner_id, kind, clicked_at, promised_amount, promised_currency,
    for_all
) values (
    :link_id, :version, :account_id, :partner_id, :kind, :clicked_at,
    :promised_amount, :promised_currency, false
)
on conflict (account_id, link_id) do update set
    version = excluded.version, partner_id = excluded.partner_id, kind = excluded.kind,
    clicked_at = excluded.clicked_at, promised_amount = excluded.promised_amount,
    promised_currency = excluded.promised_currency
where links.version < excluded.version and not links.for_all
returning true;

-- name: get_link_version^
select version, for_all from links
where link_id = :link_id and (account_id = :account_id or for_all)
order by account_id = :account_id desc limit 1;

-- name: delete_scoped_reward!
delete from rewards where reward_id = :reward_id and account_id = :account_id and not for_all;

-- name: upsert_reward_for_all$
insert into rewards (
    reward_id, version, account_id, partner_id, link_id, kind, order_number, order_key, state,
    amount, currency, changed_at, granted_by_ticket, for_all
) values (
    :reward_id, :version, :account_id, :partner_id, :link_id, :kind, :order_number, :order_key,
    :state, :amount, :currency, :changed_at, :granted_by_ticket, true
)
on conflict (reward_id) where for_all do update set
    version = excluded.version, account_id = excluded.account_id,
    partner_id = excluded.partner_id, link_id = excluded.link_id, kind = excluded.kind,
    order_number = excluded.order_number, order_key = excluded.order_key, state = excluded.state,
    amount = excluded.amount, currency = excluded.currency, changed_at = excluded.changed_at,
    granted_by_ticket = excluded.granted_by_ticket
where rewards.version < excluded.version
returning true;

-- name: upsert_reward_for_some$
insert into rewards (
    reward_id, version, account_id, partner_id, link_id, kind, order_number, order_key, state,
    amount, currency, changed_at, granted_by_ticket, for_all
) values (
    :reward_id, :version, :account_id, :partner_id, :link_id, :kind, :order_number, :order_key,
    :state, :amount, :currency, :changed_at, :granted_by_ticket, false
)
on conflict (account_id, reward_id) do update set
    version = excluded.version, partner_id = excluded.partner_id, link_id = excluded.link_id,
    kind = excluded.kind, order_number = excluded.order_number, order_key = excluded.order_key,
    state = excluded.state, amount = excluded.amount, currency = excluded.currency,
    changed_at = excluded.changed_at, granted_by_ticket = excluded.granted_by_ticket
where rewards.version < excluded.version and not rewards.for_all
returning true;

-- name: get_reward_version^
select version, for_all from rewards
where reward_id = :reward_id and (account_id = :account_id or for_all)
order by account_id = :account_id desc limit 1;
