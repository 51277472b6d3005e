-- What the role of worker and gateway may do, granted again by every `python -m cli migrate`. The role
-- owns nothing: it cannot change the schema, disable triggers or truncate.
revoke all on all tables in schema public from :service;
grant usage on schema public to :service;
grant select, insert, update, delete on all tables in schema public to :service;
-- Append-only tables.
revoke update, delete on
ticket_transitions, grants, approvals, events, request_results, auto_confirmations, ticket_messages, partner_profiles
from :service;
-- Rows that change and are never deleted.
revoke delete on tickets, emails, exports, export_items, partner_outcomes, discrepancies from :service;
revoke insert, update, delete on schema_migrations from :service;
