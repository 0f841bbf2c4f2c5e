import { type CorpusCase, type Outcome, toRawQuestion } from '../../../src/domain/corpus.js'
import type { RawQuestion } from '../../../src/domain/question.js'
import type { Bearer, Settled } from '../settle.js'
import type { TestSystem } from '../system.js'

/** A case with everything that a face needs to say it to a server. */
export interface Posed {
  readonly asked: CorpusCase
  readonly raw: RawQuestion
  /** Who asks: a secret as it would be presented, or whom the question names. */
  readonly asker:
    | { readonly kind: 'secret'; readonly secret: string }
    | {
        readonly kind: 'principal'
        readonly bearer: Bearer
        /** A key that narrows nothing decides as its bearer does; absent: there is none. */
        readonly key: string | undefined
      }
  /** Of the owner of the organization. */
  readonly administratorKey: string
  /** Whether anything in the case's file decides by where a request comes from, or by its agent. */
  readonly readsRequest: boolean
}

/** One face of the server, as the corpus asks it. */
export interface Door {
  readonly name: string
  /** The rule by which the face cannot say a case; `undefined`: it can. */
  unsaid(posed: Posed): string | undefined
  /** Only of cases that it can say. */
  ask(system: TestSystem, posed: Posed): Promise<Outcome>
  /** What is expected, as far as this face tells, and in its words. */
  expected?(expected: Outcome): Outcome
}

export function pose(
  asked: CorpusCase,
  { settled, readsRequest }: { readonly settled: Settled; readonly readsRequest: boolean },
): Posed {
  return {
    asked,
    raw: toRawQuestion(asked.question, settled),
    asker: askerOf(asked, settled),
    administratorKey: settled.administratorKey(asked),
    readsRequest,
  }
}

/** For a key that a server does not have, its bearer is named instead. */
function askerOf({ asker }: CorpusCase, settled: Settled): Posed['asker'] {
  switch (asker.kind) {
    case 'secret':
      return asker
    case 'principal': {
      const { organization, bearer } = asker
      const key = settled.plainKeyOf(organization, bearer)
      return { kind: 'principal', bearer: settled.principalOf(organization, bearer), key }
    }
    case 'key': {
      const secret = settled.secretOf(asker.name)
      if (secret !== undefined) return { kind: 'secret', secret }
      return { kind: 'principal', bearer: settled.bearerOf(asker.name), key: undefined }
    }
    default:
      return asker satisfies never
  }
}

/** What faces present that know nobody but by a key. */
export function presentedBy({ asker }: Posed): string | undefined {
  return asker.kind === 'secret' ? asker.secret : asker.key
}

export type Reason = Extract<Outcome, { kind: 'decision' }>['reason']

/** For faces that do not tell which policy it was. */
export function withoutPolicy(expected: Outcome): Outcome {
  return expected.kind === 'decision' ? { ...expected, policy: '' } : expected
}

/** The first word of `resource.id: must be …`. */
export function fieldIn(message: string): string {
  return message.split(':')[0] ?? ''
}

export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || Object.keys(value).length === 0
}
