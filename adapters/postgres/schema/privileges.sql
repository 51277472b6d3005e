-- What the role of worker and gateway may do, said anew by every `python -m cli migrate`. The role owns
-- nothing: it cannot change the schema, switch triggers off or truncate.
revoke all on all tables in schema public from :service;
grant usage on schema public to :service;
grant select, insert, update, delete on all tables in schema public to :service;
-- What is appended to, and never changed.
revoke update, delete on
ticket_transitions, grants, approvals, events, request_results, auto_confirmations, ticket_messages, partner_profiles
from :service;
-- What is changed, and never deleted.
revoke delete on tickets, emails, exports, export_items, partner_outcomes, discrepancies from :service;
revoke insert, update, delete on schema_migrations from :service;
