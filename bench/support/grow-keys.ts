import { Asker, askAll } from './asking.js'
import { insertKeys } from './bulk-keys.js'
import { anAllowedApplication, type Backends, type Replicas, startReplicas } from './replicas.js'

/** Of each size, at most `askedMax` keys are asked about, and so held in memory. */
const plans = {
  short: { sizes: [1_000, 10_000, 100_000], askedMax: 3_000 },
  long: { sizes: [1_000, 10_000, 100_000, 1_000_000], askedMax: 20_000 },
}

export interface KeysResult {
  readonly keys: number
  readonly fromStoreMs: readonly number[]
  readonly fromMemoryMs: readonly number[]
  /** As the server estimates it for its own limit. */
  readonly bytesOfEach: number
  /** By which the resident memory of the process grew. */
  readonly residentOfEach: number
}

/** One database, to which keys are added; a new server for each size. */
export async function growKeys(
  backends: Backends,
  { isShort }: { readonly isShort: boolean },
): Promise<KeysResult[]> {
  const { sizes, askedMax } = isShort ? plans.short : plans.long
  const founded = await startReplicas({ backends, count: 1 })
  const { databaseUrl, owners } = founded
  const [owner] = owners
  if (!owner) throw new Error('a server was started')
  const application = await anAllowedApplication(owner, 'bench')
  await founded.stop()
  const results: KeysResult[] = []
  const secrets: string[] = []
  for (const keys of sizes) {
    const count = keys - secrets.length
    for (const secret of await insertKeys({ databaseUrl, application, count })) secrets.push(secret)
    const server = await startReplicas({ backends, count: 1, databaseUrl })
    results.push({ keys, ...(await measureKeys(server, spread(secrets, askedMax))) })
    await server.stop()
  }
  return results
}

/** Some of all, from the first to the last. */
function spread(secrets: readonly string[], askedMax: number): string[] {
  const step = Math.max(1, Math.floor(secrets.length / askedMax))
  return secrets.filter((_, index) => index % step === 0).slice(0, askedMax)
}

async function measureKeys(server: Replicas, secrets: readonly string[]) {
  const asker = new Asker(server.addresses[0] ?? '')
  // The heap of a process that has just begun grows for reasons of its own.
  await askAll(asker, Array(2_000).fill(secrets[0]))
  const before = await server.readMetrics(0)
  const fromStore = await askAll(asker, secrets.slice(1))
  const between = await server.readMetrics(0)
  const fromMemory = await askAll(asker, secrets.slice(1))
  asker.close()
  const grown = (name: string) => (between.get(name) ?? 0) - (before.get(name) ?? 0)
  const entries = grown('postern_cache_entries')
  return {
    fromStoreMs: fromStore.map(({ tookMs }) => tookMs),
    fromMemoryMs: fromMemory.map(({ tookMs }) => tookMs),
    bytesOfEach: grown('postern_cache_bytes') / entries,
    residentOfEach: grown('process_resident_memory_bytes') / entries,
  }
}
