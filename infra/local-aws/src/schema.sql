-- Queues and secrets. Times are milliseconds since the Unix epoch.

CREATE TABLE queue (
    name       TEXT PRIMARY KEY,
    attributes TEXT NOT NULL,    -- as given, a JSON object of strings
    created    INTEGER NOT NULL,
    modified   INTEGER NOT NULL
) STRICT;

CREATE TABLE message (
    id             INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival, never used twice
    queue          TEXT NOT NULL REFERENCES queue (name),
    message_id     TEXT NOT NULL,
    group_id       TEXT,
    dedup_id       TEXT,
    body           TEXT NOT NULL,
    attributes     TEXT NOT NULL,    -- the sender's, JSON
    trace_header   TEXT,
    sent           INTEGER NOT NULL,
    visible        INTEGER NOT NULL, -- delivered from then on
    receipt        TEXT,             -- of the last receive; a message that has one and is not yet visible is in flight
    first_received INTEGER,
    receive_count  INTEGER NOT NULL DEFAULT 0,
    dead_letter_of TEXT              -- the queue that gave it up
) STRICT;
CREATE INDEX message_by_queue ON message (queue, id);
CREATE INDEX message_received ON message (queue, group_id) WHERE receipt IS NOT NULL;

-- What was sent in the last five minutes; it outlives the message.
CREATE TABLE deduplication (
    queue      TEXT NOT NULL REFERENCES queue (name),
    scope      TEXT NOT NULL,        -- the group, or empty for the whole queue
    dedup_id   TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (queue, scope, dedup_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deduplication_by_age ON deduplication (at);

-- Receives that named themselves and can be repeated.
CREATE TABLE receive_attempt (
    queue      TEXT NOT NULL REFERENCES queue (name),
    attempt_id TEXT NOT NULL,
    receipt    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (queue, attempt_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
    name        TEXT PRIMARY KEY,
    suffix      TEXT NOT NULL,       -- ends its ARN
    description TEXT,
    created     INTEGER NOT NULL
) STRICT;

CREATE TABLE secret_version (
    secret     TEXT NOT NULL REFERENCES secret (name),
    version_id TEXT NOT NULL,
    stage      TEXT,                 -- AWSCURRENT, AWSPREVIOUS or none
    string     TEXT,
    binary     TEXT,                 -- base64, as on the wire
    created    INTEGER NOT NULL,
    PRIMARY KEY (secret, version_id)
) STRICT, WITHOUT ROWID;
