-- What the mail server in use can do, as a worker last found it: one row. Claims are judged by it,
-- so that no e-mail is promised that cannot leave.
create table mail_server (
    one_row boolean primary key default true check (one_row),
    takes_utf8 boolean not null,
    asked_at timestamptz not null default now()
);
