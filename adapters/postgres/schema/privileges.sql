-- What the role of worker and gateway may do, said anew by every `worker.py migrate`. The role owns
-- nothing: it cannot change the schema, switch triggers off or truncate.
revoke all on all tables in schema public from :service;
grant usage on schema public to :service;
grant select, insert, update, delete on all tables in schema public to :service;
-- What is appended to, and never changed.
revoke update, delete on
moves, grants, approvals, events, answers, silent_confirmations, notes, partner_profiles
from :service;
-- What is changed, and never deleted.
revoke delete on tickets, letters, exports, handovers, imported_outcomes, discrepancies from :service;
revoke insert, update, delete on schema_migrations from :service;
