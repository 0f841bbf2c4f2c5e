import type { Migration } from '../migrate.js'

/**
 * The lease is a row of its own, so that renewing it never waits for a write. Remembered responses
 * refer to nothing: they outlive even the organization whose deletion they answer.
 */
export const leaseAndRetries: Migration = {
  version: 2,
  name: 'lease-and-retries',
  statements: ({ text, integer, table, hotRow }) => [
    `create table store_lease (
      one integer not null primary key check (one = 1), at_ms ${integer} not null
    ) ${hotRow}`,
    'insert into store_lease (one, at_ms) values (1, 0)',
    `create table idempotency (
      actor ${text} not null, key_hash ${text} not null, organization_id ${text} not null,
      request_hash ${text} not null, response ${text} not null,
      created_at_ms ${integer} not null, replays ${integer} not null,
      constraint idempotency_actor_key_hash_key primary key (actor, key_hash)
    ) ${table}`,
    'create index idempotency_age on idempotency (created_at_ms)',
  ],
}
