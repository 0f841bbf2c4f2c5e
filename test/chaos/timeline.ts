import type { Write } from './history.js'

interface Acknowledgement {
  readonly atMs: number
  readonly number: number
}

/** When revisions were acknowledged, and so had to be seen. */
export class Timeline {
  /** In the order of time, each with the newest revision until then. */
  readonly #byTime: readonly Acknowledgement[]
  readonly #byReplica = new Map<number, readonly Acknowledgement[]>()
  /** In the order of revisions, each with the earliest moment at which it or a later one was known. */
  readonly #byNumber: readonly Acknowledgement[]

  constructor(writes: readonly Write[]) {
    const all = writes.flatMap((write) => toAcknowledgement(write) ?? [])
    this.#byTime = withNewest(all)
    for (const replica of new Set(writes.map((write) => write.replica))) {
      const own = writes.filter((write) => write.replica === replica)
      this.#byReplica.set(
        replica,
        withNewest(own.flatMap((write) => toAcknowledgement(write) ?? [])),
      )
    }
    this.#byNumber = withEarliest(all)
  }

  /** The newest revision that was acknowledged before then; 0 when there was none. */
  acknowledged(beforeMs: number): number {
    return newestBefore(this.#byTime, beforeMs)
  }

  acknowledgedBy(replica: number, beforeMs: number): number {
    return newestBefore(this.#byReplica.get(replica) ?? [], beforeMs)
  }

  /** Since when that state was known to be a past one; infinite while it is the newest. */
  leftAtMs(number: number): number {
    const index = firstIndex(this.#byNumber, (each) => each.number > number)
    return this.#byNumber[index]?.atMs ?? Number.POSITIVE_INFINITY
  }
}

function toAcknowledgement({ acknowledged }: Write): Acknowledgement | undefined {
  return acknowledged && { atMs: acknowledged.atMs, number: acknowledged.revision.number }
}

function withNewest(all: readonly Acknowledgement[]): Acknowledgement[] {
  let newest = 0
  return [...all]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, number }) => {
      newest = Math.max(newest, number)
      return { atMs, number: newest }
    })
}

function withEarliest(all: readonly Acknowledgement[]): Acknowledgement[] {
  let earliest = Number.POSITIVE_INFINITY
  return [...all]
    .sort((a, b) => b.number - a.number)
    .map(({ atMs, number }) => {
      earliest = Math.min(earliest, atMs)
      return { atMs: earliest, number }
    })
    .reverse()
}

function newestBefore(byTime: readonly Acknowledgement[], beforeMs: number): number {
  return byTime[firstIndex(byTime, ({ atMs }) => atMs >= beforeMs) - 1]?.number ?? 0
}

/** Of a list in which all that fulfil come last. */
function firstIndex<T>(list: readonly T[], fulfils: (each: T) => boolean): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const each = list[middle]
    if (each !== undefined && fulfils(each)) high = middle
    else low = middle + 1
  }
  return low
}
