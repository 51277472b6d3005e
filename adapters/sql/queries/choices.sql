-- What an account may claim: its newest links and rewards, and its tickets about rejected rewards.

-- name: links_to_choose
select * from links
where account_id = :account_id and kind = any(:kinds)
order by clicked_at desc, link_id
limit :most;

-- name: rewards_to_choose
select * from rewards
where account_id = :account_id
order by changed_at desc, reward_id
limit :most;

-- name: contested_rewards
select reward_id, number from tickets
where duplicate_key = any(:keys) and state not in ('discarded', 'withdrawn');
