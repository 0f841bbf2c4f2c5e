import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Readiness } from '../service/readiness.js'
import type { FreshnessStatistics } from '../service/statistics.js'

export interface MetricsDeps {
  statistics(): FreshnessStatistics
  readiness(): Readiness
  /** How many watch for changes. */
  watchers(): number
  readonly version: string
}

export interface Metrics {
  /** In the text format of Prometheus. */
  read(): Promise<{ readonly type: string; readonly text: string }>
  /** One revision that was applied here, so many milliseconds after its commit elsewhere. */
  sawRevision(lateMs: number): void
}

/** What is counted in plain numbers elsewhere is read only when somebody asks. */
export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  addCounters(registry, deps)
  addGauges(registry, deps)
  const propagation = new Histogram({
    name: 'postern_revision_propagation_seconds',
    help: 'From the commit of a revision, by the clock of its writer, to its application here',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  return {
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
    sawRevision: (lateMs) => propagation.observe(Math.max(0, lateMs) / 1_000),
  }
}

interface Reading {
  readonly name: string
  readonly help: string
  read(statistics: FreshnessStatistics): number | Readonly<Record<string, number>>
}

const counters: readonly Reading[] = [
  {
    name: 'postern_decisions_total',
    help: 'Decisions, by the slowest tier that one of their entities came from',
    read: ({ answers }) => answers,
  },
  {
    name: 'postern_staleness_bound_refusals_total',
    help: 'Questions refused because the staleness bound was exceeded',
    read: ({ boundRefusals }) => boundRefusals,
  },
  {
    name: 'postern_refused_fills_total',
    help: 'Entities read and not kept, because a change was faster or history another',
    read: ({ refusedFills }) => refusedFills,
  },
  {
    name: 'postern_forged_entries_total',
    help: 'Entries of the shared cache that no server of this store wrote',
    read: ({ forgedEntries }) => forgedEntries,
  },
  {
    name: 'postern_joined_loads_total',
    help: 'Misses that joined a load under way',
    read: ({ joinedLoads }) => joinedLoads,
  },
  {
    name: 'postern_evictions_total',
    help: 'Entities evicted because a revision changed them',
    read: ({ evictions }) => evictions,
  },
  {
    name: 'postern_feed_resets_total',
    help: 'Times that everything was forgotten, the first beginning included',
    read: ({ resets }) => resets,
  },
  {
    name: 'postern_feed_readings_total',
    help: 'Readings of the change log',
    read: ({ readings }) => readings,
  },
  {
    name: 'postern_revisions_applied_total',
    help: 'Revisions applied',
    read: ({ revisionsApplied }) => revisionsApplied,
  },
]

const gauges: readonly Reading[] = [
  {
    name: 'postern_verified_age_seconds',
    help: 'Since the last reading that reached the end of the change log was sent',
    read: ({ verifiedAgeMs }) => verifiedAgeMs / 1_000,
  },
  {
    name: 'postern_revision',
    help: 'The revision applied last',
    read: ({ revision }) => revision,
  },
  {
    name: 'postern_cache_entries',
    help: 'Entities in memory',
    read: ({ entries }) => entries,
  },
  {
    name: 'postern_cache_bytes',
    help: 'Estimated size of the entities in memory',
    read: ({ entryBytes }) => entryBytes,
  },
]

/** The one label of a reading that has several numbers. */
const labelOf: Readonly<Record<string, string>> = {
  postern_decisions_total: 'tier',
  postern_refused_fills_total: 'tier',
  postern_feed_readings_total: 'outcome',
}

function addCounters(registry: Registry, { statistics }: MetricsDeps): void {
  for (const { name, help, read } of counters) {
    const label = labelOf[name]
    const counter = new Counter({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
      collect() {
        counter.reset()
        const value = read(statistics())
        if (typeof value === 'number') counter.inc(value)
        else
          for (const [key, count] of Object.entries(value)) counter.inc(labelled(label, key), count)
      },
    })
  }
}

function labelled(label: string | undefined, value: string): Record<string, string> {
  return label === undefined ? {} : { [label]: value }
}

function addGauges(registry: Registry, deps: MetricsDeps): void {
  const { statistics, readiness, watchers, version } = deps
  for (const { name, help, read } of gauges) {
    addGauge(registry, { name, help, read: () => Number(read(statistics())) })
  }
  addGauge(registry, {
    name: 'postern_ready',
    help: '1 when the server should be asked',
    read: () => Number(readiness().ready),
  })
  addGauge(registry, {
    name: 'postern_degradations',
    help: 'How many parts work less well than they should',
    read: () => readiness().degradations.length,
  })
  addGauge(registry, {
    name: 'postern_watchers',
    help: 'Callers of Watch, who are told of changes',
    read: watchers,
  })
  const info = { name: 'postern_info', help: 'Always 1; the version is a label' }
  new Gauge({ ...info, labelNames: ['version'], registers: [registry] }).set({ version }, 1)
}

interface SingleReading extends Omit<Reading, 'read'> {
  read(): number
}

function addGauge(registry: Registry, { name, help, read }: SingleReading): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    collect: () => gauge.set(read()),
  })
}
