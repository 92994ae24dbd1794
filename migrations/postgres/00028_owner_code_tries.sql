-- How often each client tried a code: one that guesses uses up only its own tries.

-- +goose Up
CREATE TABLE owner_code_tries (
    code_id text COLLATE "C" NOT NULL REFERENCES owner_codes (id),
    client  text COLLATE "C" NOT NULL, -- keyed digest of a network
    tries   integer          NOT NULL,
    PRIMARY KEY (code_id, client)
);

-- +goose Down
DROP TABLE owner_code_tries;
