import { matchesPattern } from './pattern.js'

/**
 * Finds the patterns that match a text without trying those that cannot: patterns without `*` by
 * the whole text, the others by the literal text before their first `*` and after their last.
 * One value hangs on each different pattern.
 */
export class PatternIndex<T> {
  readonly #exact = new Map<string, T>()
  readonly #wild = new Map<string, WildBucket<T>>()
  /** The different lengths of prefixes, so that a look-up tries only those that exist. */
  #prefixLengths: readonly number[] = []

  /** The value of `pattern`, made by `create` when it is the first of its spelling. */
  at(pattern: string, create: () => T): T {
    const value = this.#find(pattern)
    if (value !== undefined) return value
    const made = create()
    this.#insert(pattern, made)
    return made
  }

  /** Calls `visit` for each matching pattern's value until it answers something. */
  search<R>(text: string, visit: (value: T) => R | undefined): R | undefined {
    const exact = this.#exact.get(text)
    if (exact !== undefined) {
      const found = visit(exact)
      if (found !== undefined) return found
    }
    for (const length of this.#prefixLengths) {
      if (length > text.length) break
      const found = this.#wild.get(text.slice(0, length))?.search(text, visit)
      if (found !== undefined) return found
    }
    return undefined
  }

  #find(pattern: string): T | undefined {
    const star = pattern.indexOf('*')
    if (star < 0) return this.#exact.get(pattern)
    return this.#wild.get(pattern.slice(0, star))?.find(pattern)
  }

  #insert(pattern: string, value: T): void {
    const star = pattern.indexOf('*')
    if (star < 0) {
      this.#exact.set(pattern, value)
      return
    }
    const prefix = pattern.slice(0, star)
    let bucket = this.#wild.get(prefix)
    if (!bucket) {
      bucket = new WildBucket<T>()
      this.#wild.set(prefix, bucket)
      this.#prefixLengths = withLength(this.#prefixLengths, prefix.length)
    }
    bucket.insert(pattern, value)
  }
}

interface WildPattern<T> {
  readonly pattern: string
  readonly value: T
  /** One `*` only: prefix and suffix say all, as long as they do not overlap in the text. */
  readonly simple: boolean
  readonly lengthMin: number
}

/** The patterns that share one prefix, by suffix. */
class WildBucket<T> {
  readonly #bySuffix = new Map<string, WildPattern<T>[]>()
  #suffixLengths: readonly number[] = []

  find(pattern: string): T | undefined {
    const peers = this.#bySuffix.get(suffixOf(pattern))
    return peers?.find((peer) => peer.pattern === pattern)?.value
  }

  insert(pattern: string, value: T): void {
    const suffix = suffixOf(pattern)
    const entry: WildPattern<T> = {
      pattern,
      value,
      simple: pattern.indexOf('*') === pattern.lastIndexOf('*'),
      lengthMin: pattern.replaceAll('*', '').length,
    }
    const peers = this.#bySuffix.get(suffix)
    if (peers) peers.push(entry)
    else {
      this.#bySuffix.set(suffix, [entry])
      this.#suffixLengths = withLength(this.#suffixLengths, suffix.length)
    }
  }

  search<R>(text: string, visit: (value: T) => R | undefined): R | undefined {
    for (const length of this.#suffixLengths) {
      if (length > text.length) break
      const peers = this.#bySuffix.get(length === 0 ? '' : text.slice(-length))
      if (!peers) continue
      const found = searchPeers(peers, text, visit)
      if (found !== undefined) return found
    }
    return undefined
  }
}

function searchPeers<T, R>(
  peers: readonly WildPattern<T>[],
  text: string,
  visit: (value: T) => R | undefined,
): R | undefined {
  for (const peer of peers) {
    if (text.length < peer.lengthMin) continue
    if (!peer.simple && !matchesPattern(peer.pattern, text)) continue
    const found = visit(peer.value)
    if (found !== undefined) return found
  }
  return undefined
}

function suffixOf(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf('*') + 1)
}

function withLength(lengths: readonly number[], length: number): readonly number[] {
  if (lengths.includes(length)) return lengths
  return [...lengths, length].sort((a, b) => a - b)
}
