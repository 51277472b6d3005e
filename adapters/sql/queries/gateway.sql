-- What the HTTP door reads and keeps.

-- name: answers_at_all$
select true;
