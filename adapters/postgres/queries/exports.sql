-- Exports of claims for partners that are served by CSV files.

-- name: enqueue_claim!
-- Enqueues nothing for a closed ticket.
insert into export_items (number, purpose, partner_id, claim)
select t.number, :purpose, :partner_id, cast(:claim as json)
from tickets t
where
    t.number = :number and t.state not in ('resolved', 'rejected', 'discarded', 'withdrawn')
on conflict do nothing;

-- name: clear_export_items!
update export_items set claim = null where number = :number and claim is not null;

-- name: find_unfinished_export$
select min(export_id) from exports where partner_id = :partner_id and written_at is null;

-- name: insert_export$
insert into exports (partner_id, answer_columns) values (:partner_id, :answer_columns)
returning export_id;

-- name: has_claims_to_export$
select exists (
    select from export_items h
    join tickets t on t.number = h.number
    where h.partner_id = :partner_id and h.export_id is null
    and t.state in ('validated', 'sent_to_partner')
);

-- name: assign_claims_to_export!
update export_items h set export_id = :export_id
from tickets t
where
    t.number = h.number and h.partner_id = :partner_id and h.export_id is null
    and t.state in ('validated', 'sent_to_partner');

-- name: get_export^
select answer_columns, written_at from exports
where export_id = :export_id and partner_id = :partner_id;

-- name: iter_exported_claims
select purpose, claim from export_items
where export_id = :export_id and claim is not null
order by queued_at, number, purpose;

-- name: mark_export_written!
update exports set written_at = now() where export_id = :export_id and written_at is null;
