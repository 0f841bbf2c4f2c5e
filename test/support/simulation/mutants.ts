/** A safeguard of the cache, and what the code would be without it. */
export interface Mutant {
  readonly safeguard: string
  /** What would go wrong. */
  readonly danger: string
  readonly patches: readonly Patch[]
  /** The safeguard is the store's: it reads a value and its revision in one snapshot. */
  readonly stampsLate?: boolean
}

export interface Patch {
  /** Below `src/cache/`. */
  readonly file: string
  /** Stands there exactly once. */
  readonly find: string
  readonly replace: string
}

export const mutants: readonly Mutant[] = [
  {
    safeguard: 'fill check',
    danger: 'a load from before a revocation lands after it',
    patches: [
      {
        file: 'change-window.ts',
        find: 'return keys.every((key) => (this.#lastChange.get(key) ?? 0) <= revision.number)',
        replace: 'return true',
      },
    ],
  },
  {
    safeguard: 'window start',
    danger: 'what nobody can judge any more is believed',
    patches: [
      {
        file: 'change-window.ts',
        find: 'if (number < this.#start || number > applied.number) return false',
        replace: `if (number > applied.number) return false
    if (number < this.#start) return true`,
      },
    ],
  },
  {
    safeguard: 'catch-up',
    danger: 'a new entity is combined with old ones into a state that never was',
    patches: [
      {
        file: 'entity-loader.ts',
        find: 'if (isAhead(read.revision, feed.applied)) await feed.catchUp()',
        replace: '',
      },
      {
        file: 'change-window.ts',
        find: 'if (number < this.#start || number > applied.number) return false',
        replace: `if (number < this.#start) return false
    if (number > applied.number) return true`,
      },
    ],
  },
  {
    safeguard: 'stamp in the same snapshot',
    danger: 'an old value gets a new stamp',
    patches: [],
    stampsLate: true,
  },
  {
    safeguard: 'age from send time',
    danger: 'an answer that was long under way counts as fresh',
    patches: [
      {
        file: 'change-feed.ts',
        find: 'this.#verifiedAt = earlier(sentAt, page.authority.leaseAgeMs)',
        replace:
          'this.#verifiedAt = earlier(momentOf(this.#deps.clock), page.authority.leaseAgeMs)',
      },
    ],
  },
  {
    safeguard: 'the bound',
    danger: 'who is cut off goes on answering',
    patches: [
      {
        file: 'cached-entities.ts',
        find: `      if (this.feed.ageMs > this.#options.boundMs) {
        await this.#verify(patience)
        continue
      }
`,
        replace: '',
      },
      {
        file: 'cached-entities.ts',
        find: 'if (ageMs > this.#options.boundMs) return undefined',
        replace: '',
      },
    ],
  },
  {
    safeguard: 'final synchronous pass',
    danger: 'what was looked up before a wait is combined with what came after',
    patches: [
      {
        file: 'cached-entities.ts',
        find: 'const attempt = await this.#attempt(work,',
        replace: `seen ??= new Map()
      const lookup = this.#lookup
      const remembering = new Proxy(lookup, {
        get: (_, name) => (asked) => {
          if (name !== 'findCredential') return lookup[name](asked)
          if (!seen.has(asked)) seen.set(asked, lookup.findCredential(asked))
          return seen.get(asked)
        },
      })
      const attempt = await this.#attempt(() => work(remembering),`,
      },
      {
        file: 'cached-entities.ts',
        find: "let tier: Tier = 'memory'",
        replace: "let tier: Tier = 'memory'\n    let seen",
      },
    ],
  },
  {
    safeguard: 'one revision for all steps',
    danger: 'what was decided before a rest stands beside what was decided after it',
    patches: [
      {
        file: 'cached-entities.ts',
        find: 'if (this.feed.applied !== applied || this.feed.generation !== generation) return undefined',
        replace: '',
      },
    ],
  },
  {
    safeguard: 'page completeness',
    danger: 'the revocation was on the page that was not read',
    patches: [
      {
        file: 'change-feed.ts',
        find: 'if (page.rows.length < rowsMax) {',
        replace: 'if (page.rows.length >= 0) {',
      },
    ],
  },
  {
    safeguard: 'log matching',
    danger: 'a revision of a lost history hides the one that took its number',
    patches: [
      {
        file: 'change-feed.ts',
        find: 'if (head.number === number) return head.nonce === nonce',
        replace: 'if (head.number === number) return true',
      },
      {
        file: 'change-feed.ts',
        find: 'return first?.number === number && first.nonce === nonce && isContiguous(rows)',
        replace: 'return first?.number === number && isContiguous(rows)',
      },
    ],
  },
  {
    safeguard: 'nonce',
    danger: 'what a lost history left in the shared cache is believed',
    patches: [
      {
        file: 'change-window.ts',
        find: 'return this.#nonces.get(number) === nonce',
        replace: 'return true',
      },
    ],
  },
  {
    safeguard: 'lease age',
    danger: 'a primary that was replaced goes on saying that nothing is new',
    patches: [
      {
        file: 'change-feed.ts',
        find: 'earlier(sentAt, page.authority.leaseAgeMs)',
        replace: 'earlier(sentAt, 0)',
      },
    ],
  },
  {
    safeguard: 'proof for who asks to be fully consistent',
    danger: 'a replaced primary vouches for the present',
    patches: [
      {
        file: 'cached-entities.ts',
        find: 'await patience.wait(this.feed.catchUp({ prove: true }))\n    }\n    if',
        replace: 'await patience.wait(this.feed.catchUp())\n    }\n    if',
      },
    ],
  },
  {
    safeguard: 'readings of one’s own',
    danger: 'a question joins a reading that was sent before it was asked',
    patches: [
      {
        file: 'change-feed.ts',
        find: 'if (!this.#reading) return this.#begin(prove)',
        replace: 'return this.#reading ?? this.#begin(prove)',
      },
    ],
  },
  {
    safeguard: 'eviction',
    danger: 'what changed stays in memory',
    patches: [
      {
        file: 'cached-entities.ts',
        find: 'for (const key of keys) this.#tally.evictions += this.#cache.evict(key)',
        replace: '',
      },
    ],
  },
  {
    safeguard: 'the version of memory',
    danger: 'who decided before a change goes on deciding after it',
    patches: [
      {
        file: 'cached-entities.ts',
        find: 'this.#lookup.changed()',
        replace: '',
      },
    ],
  },
  {
    safeguard: 'the seal',
    danger: 'what an attacker wrote, or moved to another key, is believed',
    patches: [
      {
        file: 'sealed-entry.ts',
        find: 'if (!timingSafeEqual(this.#macOf(key, body), sealed.subarray(body.length)))',
        replace: 'if (sealed.length < 0)',
      },
    ],
  },
]
