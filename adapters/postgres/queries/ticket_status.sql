-- What the status page shows.

-- name: get_ticket_status^
select
    t.number, t.status_key, t.state, t.kind, t.language, p.rules, t.answers, t.ordered_on,
    l.clicked_at, t.due_at, t.reason_code,
    t.promised_amount, t.promised_currency, t.confirmed_amount, t.confirmed_currency,
    t.granted_amount, t.granted_currency,
    (
        select json_agg(
            json_build_object(
                'event', m.event, 'to_state', m.to_state, 'at', m.at, 'reason_code', m.reason_code
            ) order by m.seq
        )
        from ticket_transitions m where m.number = t.number
    ) as transitions
from tickets t
join partner_profiles p on p.partner_id = t.partner_id and p.rules_hash = t.rules_hash
left join lateral (
    select clicked_at from links
    where link_id = t.link_id and (account_id = t.account_id or for_all)
    order by account_id = t.account_id desc limit 1
) l on true
where t.number = :number and t.state <> 'discarded';

-- name: revoke_status_links$
update tickets set status_key = status_key + 1
where number = :number and state <> 'discarded' and rules_hash is not null
returning status_key;
