import { status } from '@grpc/grpc-js'
import type { Answer, PosternClient, Question } from './client.js'
import { PosternError } from './postern-error.js'

/** What became of a request before its handler saw it. */
export type Verdict =
  | { readonly outcome: 'allowed'; readonly answer: Answer }
  /** 401, 403 or 503, and why: safe to send. */
  | { readonly outcome: 'refused'; readonly status: 401 | 403 | 503; readonly message: string }

/** Asks one question about a request that carries a key. Never rejects, never allows on an error. */
export async function guard(
  client: Pick<PosternClient, 'authorize'>,
  question: Question | undefined,
): Promise<Verdict> {
  if (!question || question.apiKey === '') return refused(401, 'an API key is needed')
  try {
    const answer = await client.authorize(question)
    if (answer.allowed) return { outcome: 'allowed', answer }
    if (!answer.credentialValid) return refused(401, 'the API key is not valid')
    return refused(403, 'not allowed')
  } catch (error) {
    // A question that is none has no answer now or later; for all else, it is not the client's fault.
    const isNone = error instanceof PosternError && error.code === status.INVALID_ARGUMENT
    if (isNone) return refused(403, 'not allowed')
    return refused(503, 'it cannot be told now whether this is allowed')
  }
}

function refused(status: 401 | 403 | 503, message: string): Verdict {
  return { outcome: 'refused', status, message }
}

/** The one key of a request's headers: two are none, since nobody can tell which one counts. */
export function keyOf(values: string | readonly string[] | undefined): string {
  const all = typeof values === 'string' ? [values] : (values ?? [])
  const [only] = all
  if (all.length !== 1 || only === undefined) return ''
  return /^bearer +(\S+)$/i.exec(only.trim())?.[1] ?? ''
}
