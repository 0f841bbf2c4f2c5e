import { type Fault, silentStore } from './fault.js'
import { faultsOfBoth } from './faults/both.js'
import { postgresFaults } from './faults/postgres.js'
import { redisNetworkFaults } from './faults/redis-network.js'
import { redisServerFaults } from './faults/redis-server.js'
import { replicaFaults } from './faults/replica.js'

/** Servers that have just started are slow; what they answer is judged like everything else. */
export const warmUp: Fault = {
  name: 'none, warming up',
  mayRefuse: { reasons: silentStore },
  run: ({ pause }) => pause(1_000),
}

/** Nothing goes wrong: what the others are compared with. */
export const calm: Fault = {
  name: 'none',
  isTimed: true,
  async run({ whileShort }) {
    await whileShort()
    await whileShort()
  },
}

/** Every fault, in the order in which they come. */
export const matrix: readonly Fault[] = [
  ...redisServerFaults,
  ...redisNetworkFaults,
  ...postgresFaults,
  ...replicaFaults,
  ...faultsOfBoth,
]
