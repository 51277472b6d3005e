CREATE TABLE IF NOT EXISTS claims (
    partner_id TEXT NOT NULL,
    number TEXT NOT NULL,
    body TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 0,
    repeated INTEGER NOT NULL DEFAULT 0,
    played INTEGER NOT NULL DEFAULT 0,
    accepted_at TEXT,
    PRIMARY KEY (partner_id, number)
);
CREATE TABLE IF NOT EXISTS keys (
    partner_id TEXT NOT NULL,
    key TEXT NOT NULL,
    number TEXT NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (partner_id, key)
);
CREATE TABLE IF NOT EXISTS scripts (number TEXT PRIMARY KEY, script TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS modes (partner_id TEXT PRIMARY KEY, mode TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY,
    partner_id TEXT NOT NULL,
    number TEXT NOT NULL,
    outcome_id TEXT NOT NULL,
    due_at REAL NOT NULL,
    answer TEXT NOT NULL,
    result TEXT,
    sent_at TEXT
);
