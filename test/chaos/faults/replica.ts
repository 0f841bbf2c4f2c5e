import { beyondBound, type Fault } from '../fault.js'

/** A replica freezes, dies, or is replaced. */
export const replicaFaults: readonly Fault[] = [
  {
    name: 'replica: SIGSTOP, longer than the bound',
    mayRefuse: { reasons: beyondBound, replicas: [1] },
    avoided: [1],
    async run(stage) {
      stage.replica(1).signal('SIGSTOP')
      await stage.beyondBound()
      stage.replica(1).signal('SIGCONT')
    },
  },
  {
    name: 'replica: SIGKILL, restarted',
    mayRefuse: { reasons: ['TRANSPORT'], replicas: [2] },
    async run({ replica, whileShort }) {
      await replica(2).end('SIGKILL')
      await whileShort()
      await replica(2).start()
    },
  },
  {
    name: 'replicas: SIGTERM, one after another',
    async run({ cluster, restarts, pause }) {
      for (const replica of cluster.replicas.slice(0, restarts)) {
        replica.listed = false
        // Whoever balances takes a server away before it is told to end.
        await pause(50)
        const { code, stderr } = await replica.end('SIGTERM')
        if (code !== 0) throw new Error(`a replica ended with ${code}: ${stderr}`)
        await replica.start()
        replica.listed = true
        await pause(100)
      }
    },
  },
]
