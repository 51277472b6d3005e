-- Tickets as agents search and read them.

-- name: force_custom_plan$
-- For this transaction: each search gets a plan for the filters it sets. A shared generic plan would
-- fit none of them.
select set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: find_tickets
-- Newest first. An unset filter is null; `attention` may be `any`. `or_account_id` widens a search by
-- `order_key` or `email`.
select
    number, state, kind, partner_id, account_id, contact, created_at, due_at, attention, reason_code
from tickets
where
    (:number::text is null or number = :number)
    and (
        :order_key::text is null or order_key = :order_key
        or account_id = :or_account_id::text
    )
    and (
        :email::text is null or lower(contact ->> 'email') = lower(:email)
        or account_id = :or_account_id
    )
    and (:account_id::text is null or account_id = :account_id)
    and (:partner_id::text is null or partner_id = :partner_id)
    and (:state::text is null or state = :state)
    and (
        :attention::text is null
        or (attention <> '{}' and (:attention = 'any' or :attention = any (attention)))
    )
    and (:due_before::timestamptz is null or due_at < :due_before)
    and (:before_at::timestamptz is null or (created_at, number) < (:before_at, :before_number))
order by created_at desc, number desc
limit :most;

-- name: list_queue
-- Oldest first. `ends` holds the end of today in the market of each of `partner_ids`, `day_ends` that
-- of all others, `last_end` the latest of all.
select
    t.number, t.state, t.kind, t.partner_id, t.account_id, t.contact, t.created_at, t.due_at,
    t.attention, t.reason_code
from tickets t
left join unnest(:partner_ids::text[], :ends::timestamptz[]) as today (partner_id, ends_at)
    on today.partner_id = t.partner_id
where
    (
        :queue::text <> 'attention'
        or (t.attention <> '{}' and t.state <> all (:final::text[]))
    )
    and (
        :queue <> 'not_notified'
        or (t.attention <> '{}' and t.state = any (:final::text[]))
    )
    and (
        :queue <> 'discrepancies'
        or t.number in (select number from discrepancies where closed_at is null)
    )
    and (
        :queue <> 'overdue'
        or t.due_at < :now
        or (t.attention <> '{}' and 'partner_silent' = any (t.attention))
    )
    and (
        :queue <> 'today'
        or (
            t.due_at >= :now and t.due_at <= :last_end::timestamptz
            and t.due_at <= coalesce(today.ends_at, :day_ends::timestamptz)
        )
    )
    and (
        :after_at::timestamptz is null or (t.created_at, t.number) > (:after_at, :after_number)
    )
order by t.created_at, t.number
limit :most;

-- name: count_queues^
-- Counts at most a thousand each.
select
    (
        select count(*) from (
            select from tickets where attention <> '{}' and state <> all (:final::text[]) limit 1000
        ) a
    ) as attention,
    (
        select count(*) from (
            select from tickets where attention <> '{}' and state = any (:final) limit 1000
        ) u
    ) as not_notified,
    (
        select count(*) from (
            select distinct number from discrepancies where closed_at is null limit 1000
        ) c
    ) as discrepancies,
    (
        select count(*) from (
            select from tickets
            where due_at < :now or (attention <> '{}' and 'partner_silent' = any (attention))
            limit 1000
        ) o
    ) as overdue,
    (
        select count(*) from (
            select from tickets t
            left join unnest(:partner_ids::text[], :ends::timestamptz[])
                as today (partner_id, ends_at) on today.partner_id = t.partner_id
            where
                t.due_at >= :now and t.due_at <= :last_end::timestamptz
                and t.due_at <= coalesce(today.ends_at, :day_ends::timestamptz)
            limit 1000
        ) d
    ) as today;

-- name: get_ticket_detail^
-- One statement, so that all parts belong to the same snapshot.
select
    t.number, t.state, t.kind, t.partner_id, t.account_id, t.contact, t.language, t.answers,
    t.member_note, t.link_id, t.reward_id, t.ordered_on, t.ordered_at, t.created_at,
    t.updated_at, t.due_at, t.cancellation_ends_at, t.attention, t.reason_code,
    t.partner_reference, t.promised_amount, t.promised_currency, t.confirmed_amount,
    t.confirmed_currency, t.granted_amount, t.granted_currency, t.proposal, p.rules,
    t.admission -> 'result' as admission,
    (
        select coalesce(json_agg(row_to_json(m) order by m.seq), '[]')
        from (
            select seq, event, from_state, to_state, reason_code, actor, note, at
            from ticket_transitions where number = t.number
        ) m
    ) as transitions,
    (
        select coalesce(json_agg(row_to_json(l) order by l.queued_at, l.key), '[]')
        from (
            select key, kind, language, queued_at, sent_at from emails where number = t.number
        ) l
    ) as emails,
    (
        select coalesce(json_agg(row_to_json(n) order by n.at, n.version, n.ordinal), '[]')
        from (
            select message, message_id, actor, code, body, seq, at, version, ordinal
            from ticket_messages where number = t.number
            order by at desc, version desc, ordinal desc limit :messages
        ) n
    ) as messages,
    t.messages_left_out,
    (
        select coalesce(json_agg(row_to_json(d) order by d.discrepancy_id), '[]')
        from (
            select
                d.discrepancy_id, d.number, n.message, n.message_id, n.actor, n.code, n.body, n.at,
                d.closed_at, d.closed_by, d.closing_note
            from discrepancies d
            join ticket_messages n
                on (n.number, n.version, n.ordinal) = (d.number, d.version, d.ordinal)
            where d.number = t.number
        ) d
    ) as discrepancies,
    (
        select coalesce(json_agg(row_to_json(o) order by o.created_at, o.number), '[]')
        from (
            select number, state, account_id, created_at from tickets
            where
                partner_id = t.partner_id and reward_kind = t.reward_kind
                and order_key = t.order_key and number <> t.number
            order by created_at, number
            limit 50
        ) o
    ) as same_order,
    (
        select count(*) from tickets o
        where
            o.account_id = t.account_id and o.partner_id = t.partner_id and o.number <> t.number
            and o.state not in ('resolved', 'rejected', 'discarded', 'withdrawn')
    ) as open_on_account,
    (
        select count(*) from tickets o
        where
            o.account_id = t.account_id and o.partner_id = t.partner_id and o.number <> t.number
            and o.link_id = t.link_id
            and o.state not in ('resolved', 'rejected', 'discarded', 'withdrawn')
    ) as open_on_link,
    (
        select coalesce(json_agg(row_to_json(d) order by d.created_at, d.number), '[]')
        from (
            select number, state, created_at from tickets
            where admission -> 'result' ->> 'existing_ticket' = t.number
            order by created_at, number
            limit 50
        ) d
    ) as duplicates
from tickets t
left join partner_profiles p on p.partner_id = t.partner_id and p.rules_hash = t.rules_hash
where t.number = :number;

-- name: list_messages_before
select message, message_id, actor, code, body, seq, at, version, ordinal from ticket_messages
where
    number = :number
    and (
        cast(:at as timestamptz) is null
        or (at, version, ordinal)
        < (cast(:at as timestamptz), cast(:version as integer), cast(:ordinal as integer))
    )
order by at desc, version desc, ordinal desc limit :most;

-- name: ticket_is_owned_by$
-- Reads only the accounts' own tickets, so that an unknown number and another account's ticket take
-- the same time.
with own as materialized (
    select number from tickets where account_id = any (:account_ids::text[])
)
select exists (select from own where number = :number);

-- name: lock_ticket_state$
select state from tickets where number = :number for no key update;
