-- Questions of tickets to their members.

-- name: get_open_question^
-- The last question with the ticket's form; `answered` says whether the member has replied.
select
    t.state, t.kind, t.language, t.answers, t.due_at, p.rules, l.params -> 'questions' as questions,
    q.seq as asked, exists (
        select from ticket_transitions m
        where m.number = t.number and m.event = 'information_provided' and m.seq > q.seq
    ) as answered
from tickets t
join partner_profiles p on p.partner_id = t.partner_id and p.rules_hash = t.rules_hash
join lateral (
    select max(seq) as seq from ticket_transitions
    where number = t.number and event = 'information_requested'
) q on true
left join lateral (
    select params from emails
    where number = t.number and kind = 'information_needed'
    order by queued_at desc limit 1
) l on true
where t.number = :number;
