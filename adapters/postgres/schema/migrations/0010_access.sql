-- Who may say what, and for how long.

-- Records of the feed belong to an account: what a token for some accounts tells (`for_all` is false)
-- stands beside what the feed for all accounts tells, and never in its way.
alter table links add column for_all boolean not null default true;
alter table links alter column for_all drop default;
alter table links drop constraint links_pkey;
alter table links add primary key (account_id, link_id);
create unique index links_one_for_all on links (link_id) where for_all;

alter table rewards_to_tell drop constraint rewards_to_tell_pkey;
alter table rewards_to_tell drop constraint rewards_to_tell_reward_id_fkey;
alter table rewards add column for_all boolean not null default true;
alter table rewards alter column for_all drop default;
alter table rewards drop constraint rewards_pkey;
alter table rewards add primary key (account_id, reward_id);
create unique index rewards_one_for_all on rewards (reward_id) where for_all;
create index rewards_by_id on rewards (reward_id);
alter table rewards_to_tell add column account_id text;
update rewards_to_tell w set account_id = r.account_id from rewards r where r.reward_id = w.reward_id;
alter table rewards_to_tell add primary key (account_id, reward_id);
alter table rewards_to_tell add foreign key (account_id, reward_id) references rewards
on update cascade on delete cascade;

-- The id of a request is its caller's own; the answer keeps the digest of what was asked under it.
alter table answers drop constraint answers_pkey;
alter table answers add column caller text not null default '';
alter table answers alter column caller drop default;
alter table answers add primary key (number, caller, request_id);

-- Sessions of the pages: the browser's cookie holds a random id, here stands its digest.
create table sessions (
    session_id text primary key,
    kind text not null,
    subject text not null,
    -- Whom to write to, of a member; gone when the session is ended.
    contact json,
    begun_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    -- However busy it is.
    ends_at timestamptz not null,
    ended_at timestamptz,
    ended_by text
);
create index sessions_alive on sessions (kind, subject) where ended_at is null;
create index sessions_by_end on sessions (ends_at);

-- Whose sessions were ended by an operator or the platform: hand-overs from before begin none.
create table subjects_ended (
    kind text not null,
    subject text not null,
    ended_at timestamptz not null,
    primary key (kind, subject)
);
create index subjects_ended_by_age on subjects_ended (ended_at);
